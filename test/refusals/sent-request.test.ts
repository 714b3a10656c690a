import { expect, test } from "bun:test";
import { fc } from "../support/fast-check.ts";
import { maskNumber } from "../../src/phone/mask-numbers.ts";
import { maskedUrl, sentRequest } from "../../src/refusals/sent-request.ts";
import type { FormParams } from "../../src/twilio/form.ts";
import { ACCOUNT_SID, callbackParams } from "../support/twilio-client.ts";

/** A phone number's digits, unless they end as they begin, because the beginning is shown. */
const number = fc
  .stringMatching(/^[1-9]\d{9,14}$/)
  .filter((digits) => !maskNumber(digits).includes(digits.slice(-6)));

/** Ways to write a number in a request. */
const writing = fc.constantFrom<(digits: string) => string>(
  (digits) => `+${digits}`,
  (digits) => digits,
  (digits) => `whatsapp:+${digits}`,
  (digits) =>
    `call (${digits.slice(0, 3)}) ${digits.slice(3, 6)}-${digits.slice(6)} now`,
  (digits) => encodeURIComponent(`+${digits.slice(0, 3)} ${digits.slice(3)}`),
  (digits) =>
    encodeURIComponent(
      encodeURIComponent(`+${digits.slice(0, 3)} ${digits.slice(3)}`),
    ),
  (digits) => digits.replaceAll(/\d/g, (digit) => `%3${digit}`),
  (digits) => `${"x".repeat(2_030)} +${digits}`,
  (digits) => `${"1 ".repeat(1_000)} +${digits}`,
  (digits) => `\u202a+${digits}\u202c`,
);

const place = fc.constantFrom(
  "To",
  "From",
  "Body",
  "Note",
  "name",
  "query",
  "queryName",
  "userAgent",
  "host",
  "forwardedHost",
);

/**
 * Returns every text that is kept, at any depth, without the characters between a number's
 * digits.
 */
function textsIn(value: unknown): string[] {
  if (typeof value === "string")
    return [value, value.replaceAll(/[ ().\-%]/g, "")];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

test("no number is kept, wherever it was and however it was written", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(number, writing, place), {
        minLength: 1,
        maxLength: 5,
      }),
      (numbers) => {
        const params: [string, string][] = Object.entries(callbackParams({}));
        const query = new URLSearchParams();
        const headers = new Headers();
        for (const [digits, write, where] of numbers) {
          const text = write(digits);
          const asHeader = text.replaceAll(/[^ -~]/g, "");
          if (where === "name") params.push([text, ""]);
          else if (where === "query") query.append("customer", text);
          else if (where === "queryName") query.append(text, "1");
          else if (where === "userAgent") headers.set("user-agent", asHeader);
          else if (where === "host") headers.set("host", asHeader);
          else if (where === "forwardedHost")
            headers.set("x-forwarded-host", asHeader);
          else params.push([where, text]);
        }
        const url = `http://sms.example.com/sms?${query}`;
        const sent = sentRequest("POST", url, headers, {
          params,
          bodyBytes: 1,
        });
        const texts = textsIn(sent);
        for (const [digits] of numbers)
          expect(
            texts.filter((text) => text.includes(digits.slice(-7))),
          ).toEqual([]);
        expect(JSON.stringify(sent).length).toBeLessThan(6_000);
      },
    ),
    { numRuns: 500 },
  );
});

test("SIDs and words are kept as they were sent", () => {
  const params: FormParams = [
    ["MessageSid", `SM${"1".repeat(32)}`],
    ["AccountSid", ACCOUNT_SID],
    ["MessageStatus", "delivered"],
    ["ErrorCode", "30003"],
  ];
  const headers = new Headers({
    host: "203.0.113.10:8443",
    "user-agent": "TwilioProxy/1.1",
    "x-twilio-signature": "secret",
    cookie: "secret",
  });
  expect(
    sentRequest("POST", "http://x/sms?campaign=spring&order=4711", headers, {
      params,
      bodyBytes: 5,
    }),
  ).toEqual({
    method: "POST",
    headers: [
      ["host", "203.0.113.10:8443"],
      ["user-agent", "TwilioProxy/1.1"],
    ],
    query: [
      ["campaign", "spring"],
      ["order", "4711"],
    ],
    params,
    bodyBytes: 5,
    isCut: false,
  });
});

test("long text is truncated and marked as such", () => {
  const params: FormParams = [
    ["Body", "W".repeat(10_000)],
    ["Late", "x"],
  ];
  const sent = sentRequest("POST", "http://x/sms", new Headers(), {
    params,
    bodyBytes: 10_000,
  });
  expect(sent.isCut).toBe(true);
  expect(sent.params).toEqual([["Body", "W".repeat(2_044)]]);
});

test("control characters and those that change a text's direction are replaced with visible signs", () => {
  const params: FormParams = [["Body", "a\0b\u001bc\u202egnp\u2066\u0085"]];
  const sent = sentRequest("POST", "http://x/sms", new Headers(), {
    params,
    bodyBytes: 1,
  });
  expect(sent.params).toEqual([["Body", "a␀b␛c\ufffdgnp\ufffd\ufffd"]]);
});

test("an address keeps its host and port, but no number", () => {
  for (const url of [
    "https://sms.example.com:8443/sms/api",
    "http://203.0.113.10:3000/",
    "http://[2001:db8::1]:3000/x",
    "/api/rpc",
  ])
    expect(maskedUrl(url)).toBe(url);
  expect(maskedUrl("http://+14155550123/+14155550123")).not.toContain(
    "5550123",
  );
  expect(maskedUrl("http://a\u202eb/\u0000")).toBe("http://a\ufffdb/␀");
});
