/** Compares verdicts on posts of Event Streams with Twilio's SDK over a raw socket. */
import { expect, test } from "bun:test";
import {
  getExpectedTwilioSignature,
  validateRequestWithBody,
} from "twilio/lib/webhooks/webhooks.js";
import { WEBHOOK_PATHS } from "../../src/twilio/webhook-paths.ts";
import { fc } from "../support/fast-check.ts";
import { startServer } from "../support/start-server.ts";
import { hashOf, TEST_EVENT } from "../support/stream-client.ts";
import { HTTP_RUNS } from "../twilio/sdk-verdict.ts";
import { sendRaw } from "./raw-http.ts";

const TOKEN = "a".repeat(32);
const SECRET = "c2VjcmV0IG9mIGEga2V5";
const PUBLIC_URL = "https://Ops.example.com:8443/ledger.v2/~team";

type Algorithm = "HMAC_SHA1" | "HMAC_SHA256";

/** Bodies that are accepted once they're proven. */
const body = fc.oneof(
  fc.constantFrom("[]", "[ ]", JSON.stringify([TEST_EVENT])),
  fc
    .array(fc.string({ unit: "binary", maxLength: 8 }), { maxLength: 3 })
    .map((texts) =>
      JSON.stringify(texts.map((text) => ({ type: text.toWellFormed() }))),
    ),
);
const hash = mostly(
  hashOf,
  fc.constantFrom<((text: string) => string)[]>(
    (text) => hashOf(`${text} `),
    (text) => hashOf(text).toUpperCase(),
    (text) => hashOf(text).slice(1),
    (text) =>
      `%${hashOf(text).charCodeAt(0).toString(16)}${hashOf(text).slice(1)}`,
    (text) => `+${hashOf(text)}`,
    () => "",
  ),
);
const query = fc
  .record({
    before: fc.constantFrom("?", "?a=1&", "?a=%20b+c&", "?&", "?bodySHA256=0&"),
    name: mostly(
      "bodySHA256=",
      fc.constantFrom("bodysha256=", "body%53HA256=", "bodySHA256&x="),
    ),
    after: fc.constantFrom("", "&b", "&bodySHA256=1", "&=&c=%C3%A9"),
  })
  .map(({ before, name, after }) => ({ before: before + name, after }));

const post = fc.record({
  isPublic: fc.boolean(),
  slash: mostly("", fc.constant("/")),
  body,
  hash,
  query,
  secret: mostly(TOKEN, fc.constantFrom(SECRET, "another")),
  algorithm: mostly<Algorithm>("HMAC_SHA1", fc.constant("HMAC_SHA256")),
  byKey: mostly(false, fc.constant(true)),
  signed: mostly(
    (url: string) => url,
    fc.constantFrom<((url: string) => string)[]>(
      (url) => url.replace(/:\d+(?=\/)/, ""),
      (url) => URL.parse(url)?.href ?? url,
      (url) => `${url}x`,
      (url) => url.replace(/\?.*$/, ""),
      (url) => url.replace("events", "sms"),
    ),
  ),
});

test("over a raw socket, every verdict on events equals that of the SDK's validateRequestWithBody", async () => {
  const env = {
    TWILIO_WEBHOOK_AUTH_TOKEN: TOKEN,
    TWILIO_WEBHOOK_SHARED_KEYS: SECRET,
  };
  await using own = await startServer(env);
  await using known = await startServer({ ...env, PUBLIC_URL });
  const verdicts = { accepted: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(post, async (given) => {
      const { isPublic, slash, algorithm, byKey } = given;
      const search =
        given.query.before + given.hash(given.body) + given.query.after;
      const target = WEBHOOK_PATHS.events + slash + search;
      const url = (isPublic ? PUBLIC_URL : "http://sms.example.com") + target;
      const secret = byKey ? SECRET : given.secret;
      const signature = getExpectedTwilioSignature(
        secret,
        given.signed(url),
        {},
        algorithm,
      );
      const accepted = validateRequestWithBody(
        byKey ? SECRET : TOKEN,
        signature,
        url,
        given.body,
        byKey ? algorithm : undefined,
      );
      verdicts[accepted ? "accepted" : "refused"]++;
      const head = [
        `POST ${target} HTTP/1.1`,
        "Host: sms.example.com",
        "Content-Type: application/json",
        `Content-Length: ${Buffer.byteLength(given.body)}`,
        `X-Twilio-Signature: ${signature}`,
        ...(byKey
          ? [
              `X-Twilio-Webhooks-Signature-Settings: key=webhooks_sharedkey_1,algorithm=${algorithm}`,
            ]
          : []),
      ];
      const { status } = await sendRaw(
        (isPublic ? known : own).origin,
        `${head.join("\r\n")}\r\n\r\n${given.body}`,
      );
      expect(status).toBe(accepted ? 200 : 403);
    }),
    { numRuns: HTTP_RUNS },
  );
  expect(verdicts.accepted).toBeGreaterThan(HTTP_RUNS / 10);
  expect(verdicts.refused).toBeGreaterThan(HTTP_RUNS / 4);
}, 900_000);

function mostly<T>(usual: T, others: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof(
    { arbitrary: fc.constant(usual), weight: 4 },
    { arbitrary: others, weight: 1 },
  );
}
