import { describe, expect, test } from "bun:test";
import { getExpectedTwilioSignature } from "twilio/lib/webhooks/webhooks.js";
import { parseForm } from "../../src/twilio/form.ts";
import { findSigningToken, sign } from "../../src/twilio/signature.ts";
import { sdkAccepts, sdkParams } from "./sdk-verdict.ts";
import vectorsFile from "./signature-vectors.tsv" with { type: "text" };

const token = "12345";
const url = "https://sms.example.com/api/rpc/webhooks/twilio/sms";
const params = parseForm("MessageSid=SM1&MessageStatus=sent&To=%2B1").params;

/**
 * Signatures from the tests of Twilio's seven SDKs and from its documentation: verdict of
 * twilio-node 6.3.1, origin, auth token, URL, signature, form. The SDKs' signatures over a
 * JSON body (`bodySHA256`) aren't included, because status callbacks are forms.
 */
const vectors = vectorsFile
  .trimEnd()
  .split("\n")
  .map((line) => {
    const [
      verdict,
      origin = "",
      authToken = "",
      url = "",
      signature = "",
      form = "",
    ] = line.split("\t");
    const { params } = parseForm(form);
    return {
      accepted: verdict === "accepted",
      origin,
      authToken,
      url,
      signature,
      params,
    };
  });

describe("every signature in the tests of Twilio's SDKs gets twilio-node's verdict", () => {
  test.each(vectors)(
    "$origin",
    ({ accepted, authToken, signature, url, params }) => {
      const found = findSigningToken([authToken], signature, [url], params);
      expect(found).toBe(accepted ? authToken : undefined);
      expect(sdkAccepts(authToken, signature, url, params)).toBe(accepted);
    },
  );

  test("some are accepted and some refused", () => {
    expect(vectors.length).toBeGreaterThan(100);
    expect(vectors.filter((each) => !each.accepted).length).toBeGreaterThan(10);
  });
});

test.each([
  [
    "names sort by UTF-16 code unit",
    "b=1&a=2&B=3&10=4&9=5&%EF%BD%9A=6&%F0%9D%84%9E=7",
  ],
  ["a name given twice has its distinct values sorted", "a=2&b=0&a=10&a=2&a=1"],
  ["empty names, empty values and white space count", "=&a=&=b&c=+"],
  [
    "property names of objects are names like others",
    "__proto__=1&constructor=2&toString=3",
  ],
  ["text is signed as UTF-8", "Body=%E2%9C%93+%F0%9F%98%80+%C3%A4&%C3%A4=1"],
])("%s, as the SDK signs", (_, form) => {
  const { params } = parseForm(form);
  expect(sign(token, url, params)).toBe(
    getExpectedTwilioSignature(token, url, sdkParams(params)),
  );
});

test.each([
  [
    "an address without its port, called with one",
    "https://h.example/a",
    "https://h.example:8443/a",
  ],
  [
    "an address with https's port, called without",
    "https://h.example:443/a",
    "https://h.example/a",
  ],
  [
    "an address with http's port, called without",
    "http://h.example:80/a",
    "http://h.example/a",
  ],
  [
    "an IPv6 address with its port, called without",
    "https://[::1]:443/a",
    "https://[::1]/a",
  ],
  [
    "a user name and password, unchanged",
    "https://u:p@h.example/a",
    "https://u:p@h.example:1/a",
  ],
  [
    "a host in mixed case, unchanged",
    "https://H.Example/a",
    "https://H.Example/a",
  ],
  [
    "a host in mixed case, as URLs normalize it",
    "https://h.example/a",
    "https://H.Example/a",
  ],
  [
    "a quote in the query, unescaped",
    "https://h.example/?a='",
    "https://h.example/?a='",
  ],
  [
    "a quote in the query, escaped on the way",
    "https://h.example/?a=%27",
    "https://h.example/?a='",
  ],
  [
    "a query as Node's querystring writes it",
    "https://h.example/?a=b%20c",
    "https://h.example/?a=b+c",
  ],
])("a signature is found for %s", (_, signed, called) => {
  const signature = sign(token, signed, params);
  expect(findSigningToken([token], signature, [called], params)).toBe(token);
  expect(sdkAccepts(token, signature, called, params)).toBe(true);
});

test.each([
  ["another path", `${url}/`],
  ["another query", `${url}?a=1`],
  ["another scheme", url.replace("https", "http")],
  ["another host", url.replace("sms.", "sns.")],
  ["a port other than the scheme's", url.replace(".com", ".com:8443")],
])("a signature for %s is refused", (_, signed) => {
  const signature = sign(token, signed, params);
  expect(findSigningToken([token], signature, [url], params)).toBeUndefined();
});

test("a signature over other parameters is refused", () => {
  const signature = sign(token, url, params);
  const others = [
    parseForm("MessageSid=SM1&MessageStatus=sent&To=%2B2").params,
    parseForm("MessageSid=SM1&MessageStatus=sent").params,
    parseForm("MessageSid=SM1&MessageStatus=sent&To=%2B1&Z=").params,
    [],
  ];
  for (const other of others)
    expect(findSigningToken([token], signature, [url], other)).toBeUndefined();
});

test("of several tokens and addresses, the token that signed is returned", () => {
  const urls = ["http://inside.example/sms", url];
  for (const signer of ["first", "second", "third"]) {
    const signature = sign(signer, url, params);
    const found = findSigningToken(
      ["first", "second", "third"],
      signature,
      urls,
      params,
    );
    expect(found).toBe(signer);
  }
  const stranger = sign("fourth", url, params);
  expect(
    findSigningToken(["first", "second"], stranger, urls, params),
  ).toBeUndefined();
});

test("without tokens or without addresses nothing is accepted", () => {
  const signature = sign(token, url, params);
  expect(findSigningToken([], signature, [url], params)).toBeUndefined();
  expect(findSigningToken([token], signature, [], params)).toBeUndefined();
});
