import { describe, expect, test } from "bun:test";
import { parseApiMessage } from "../../src/twilio/api-message.ts";
import { parseRfc2822 } from "../../src/twilio/rfc2822.ts";
import { fc } from "../support/fast-check.ts";
import { rfc2822 } from "../support/twilio-api.ts";

/** As Twilio documents it. */
const MESSAGE = {
  account_sid: "AC00000000000000000000000000000017",
  api_version: "2010-04-01",
  body: "testing",
  date_created: "Wed, 18 Aug 2026 20:01:40 +0000",
  date_sent: "Wed, 18 Aug 2026 20:01:41 +0000",
  date_updated: "Wed, 18 Aug 2026 20:01:44 +0000",
  direction: "outbound-api",
  error_code: null,
  error_message: null,
  from: "+15017122661",
  messaging_service_sid: "MG00000000000000000000000000000017",
  num_media: "0",
  num_segments: "2",
  price: "-0.00750",
  price_unit: "usd",
  sid: "SM0000000000000000000000000000000A",
  status: "delivered",
  subresource_uris: {},
  to: "+15558675310",
  uri: "/2010-04-01/…",
};

test("a message is read without its body", () => {
  expect(parseApiMessage(MESSAGE)).toEqual({
    messageSid: "SM0000000000000000000000000000000a",
    channel: "sms",
    status: "delivered",
    messageStatus: "delivered",
    to: "+15558675310",
    from: "+15017122661",
    errorCode: null,
    errorMessage: null,
    accountSid: MESSAGE.account_sid,
    messagingServiceSid: MESSAGE.messaging_service_sid,
    numSegments: 2,
    price: { amount: "-0.00750", currency: "USD" },
    createdAt: Date.UTC(2026, 7, 18, 20, 1, 40),
    sentAt: Date.UTC(2026, 7, 18, 20, 1, 41),
    updatedAt: Date.UTC(2026, 7, 18, 20, 1, 44),
  });
});

test.each([
  ["whatsapp:+15558675310", "undelivered", "whatsapp", "failed"],
  ["rcs:+15558675310", "read", "rcs", "read"],
  ["+15558675310", "read", "sms", undefined],
  ["+15558675310", "undelivered", "sms", "undelivered"],
  ["+15558675310", "queued", "sms", undefined],
  ["+15558675310", "canceled", "sms", undefined],
  ["+15558675310", "a-new-word", "sms", undefined],
] as const)(
  "%s %s is recorded as in a callback",
  (to, word, channel, status) => {
    expect(parseApiMessage({ ...MESSAGE, to, status: word })).toMatchObject({
      channel,
      status,
      messageStatus: word,
      to: "+15558675310",
    });
  },
);

test("received messages are left out, also with a status of their own", () => {
  const received = { ...MESSAGE, direction: "inbound", status: "received" };
  expect(parseApiMessage(received)).toBe("inbound");
});

test("fields that aren't what they should be are null", () => {
  expect(
    parseApiMessage({
      ...MESSAGE,
      error_code: "30003",
      num_segments: "0",
      price: "-0.0075 USD",
      date_sent: null,
      date_updated: "yesterday",
      messaging_service_sid: null,
      from: "",
    }),
  ).toMatchObject({
    errorCode: 30003,
    numSegments: null,
    price: null,
    sentAt: null,
    updatedAt: null,
    messagingServiceSid: null,
    from: null,
  });
  expect(parseApiMessage({ ...MESSAGE, error_code: 30008.5 })).toMatchObject({
    errorCode: null,
  });
});

test.each([
  { sid: undefined },
  { sid: "CA0000000000000000000000000000000a" },
  { sid: 7 },
  { status: "<b>" },
  { direction: undefined },
  { date_created: "2026-08-18T20:01:40Z" },
])("with %j it's no message", (fields) => {
  expect(parseApiMessage({ ...MESSAGE, ...fields })).toBe("unreadable");
});

test("what isn't an object is no message", () => {
  for (const json of [null, undefined, "text", 7, []])
    expect(parseApiMessage(json)).toBe("unreadable");
});

test("anything is read without an error, and never with a body", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.keys(MESSAGE)),
      fc.jsonValue(),
      (name, value) => {
        const read = parseApiMessage({ ...MESSAGE, [name]: value });
        if (name === "body") expect(read).toEqual(parseApiMessage(MESSAGE));
      },
    ),
  );
});

describe("RFC 2822", () => {
  test("every time of Twilio's is read to the second", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_102_444_799 }), (seconds) => {
        expect(parseRfc2822(rfc2822(seconds * 1_000))).toBe(seconds * 1_000);
      }),
    );
  });

  test.each([
    ["18 Aug 2026 20:01:40 -0730", Date.UTC(2026, 7, 19, 3, 31, 40)],
    ["Wed, 31 Feb 2026 20:01:40 +0000", undefined],
    ["Wed, 18 Aug 2026 24:01:40 +0000", undefined],
    ["Wed, 18 Aug 2026 20:01:40 GMT", undefined],
    ["18 aug 2026 20:01:40 +0000", undefined],
    ["", undefined],
  ])("%s", (text, at) => {
    expect(parseRfc2822(text)).toBe(at);
  });
});
