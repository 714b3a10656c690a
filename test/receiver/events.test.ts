import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { WEBHOOK_PATHS } from "../../src/twilio/webhook-paths.ts";
import { get } from "../pages/page-client.ts";
import { startServer } from "../support/start-server.ts";
import {
  hashOf,
  postEvents,
  streamEvent,
  TEST_EVENT,
  type StreamPost,
} from "../support/stream-client.ts";
import {
  ACCOUNT_SID,
  AUTH_TOKEN,
  newMessageSid,
} from "../support/twilio-client.ts";

const SECRET = "c2VjcmV0IG9mIGEga2V5";
const KEY_ID = "webhooks_sharedkey_01k9new";
const BOUND = "b0".repeat(16);
const OTHER_ACCOUNT = `AC${"b".repeat(32)}`;

let server: Awaited<ReturnType<typeof startServer>>;
beforeAll(async () => {
  server = await startServer({
    TWILIO_WEBHOOK_AUTH_TOKEN: `${AUTH_TOKEN},${ACCOUNT_SID}=${BOUND}`,
    TWILIO_WEBHOOK_SHARED_KEYS: `${KEY_ID}=${SECRET}`,
  });
});
afterAll(() => server[Symbol.asyncDispose]());

async function answered(posted: unknown, options?: StreamPost) {
  const answer = await postEvents(server.origin, posted, options);
  const body: unknown = await answer.json();
  return { status: answer.status, body };
}

const processed = (count: number) => ({
  status: 200,
  body: { success: true, processed: count },
});

test("a post is recorded with what only Event Streams say, and once, however often it comes", async () => {
  const messageSid = newMessageSid();
  const sent = streamEvent({
    messageSid,
    messageStatus: "SENT",
    timestamp: "2026-11-23T12:30:00.050Z",
  });
  const delivered = streamEvent({
    messageSid,
    numberOfSegments: 2,
    mcc: "310",
    mnc: "260",
    rawDlrDoneDate: "2611231230",
    messagingServiceSid: "MGe1cb289b2c9a666502b8400eca94b3bc",
    tags: { campaign: "spring", order: "4711 & more" },
    body: "Your code is 123456",
    statusCallBackUrl: "https://user:secret@example.com/",
  });
  const posted = [sent, TEST_EVENT, delivered];
  expect(await answered(posted)).toEqual(processed(2));
  expect(await answered(posted)).toEqual(processed(0));
  expect(await server.store.messageBySid(messageSid)).toMatchObject({
    status: "delivered",
    channel: "sms",
    to: "+14155550123",
    from: "+15595551269",
    accountSid: ACCOUNT_SID,
    messagingServiceSid: "MGe1cb289b2c9a666502b8400eca94b3bc",
    numSegments: 2,
    mcc: "310",
    mnc: "260",
    sources: ["stream"],
    tags: [
      ["campaign", "spring"],
      ["order", "4711 & more"],
    ],
  });
  const [first, second] = await server.store.timeline(messageSid);
  expect(first).toMatchObject({
    occurredAt: Date.UTC(2026, 10, 23, 12, 30, 0, 50),
    repeats: 1,
  });
  expect(second).toMatchObject({
    status: "delivered",
    occurredAt: Date.UTC(2026, 10, 23, 12, 30, 1, 250),
    rawDlrDoneDate: "2611231230",
    params: expect.arrayContaining([
      ["messageStatus", "DELIVERED"],
      ["tags", '{"campaign":"spring","order":"4711 & more"}'],
      ["numberOfSegments", "2"],
    ]),
  });
  expect(JSON.stringify(second)).not.toMatch(/123456|user:secret/);

  const { text } = await get(`${server.origin}/messages/${messageSid}`);
  for (const shown of [
    "T-Mobile",
    "MCC 310, MNC 260",
    "Reported by Event Streams.",
    "By Twilio’s clock",
    "Delivered <b>1.2 s</b>",
    "campaign",
  ])
    expect(text).toContain(shown);
});

test("a callback and the stream's event count once, whichever is first", async () => {
  const [one, other] = [newMessageSid(), newMessageSid()];
  await server.twilio.post({ MessageSid: one, MessageStatus: "delivered" });
  const events = [
    streamEvent({ messageSid: one }),
    streamEvent({ messageSid: other }),
  ];
  expect(await answered(events)).toEqual(processed(1));
  const late = await server.twilio.post({ MessageSid: other });
  expect(await late.json()).toEqual({ success: true, processed: 0 });
  for (const messageSid of [one, other]) {
    expect(await server.store.messageBySid(messageSid)).toMatchObject({
      sources: ["callback", "stream"],
    });
    expect(await server.store.timeline(messageSid)).toHaveLength(1);
  }
});

describe("accepted", () => {
  test.each<[string, unknown, StreamPost | undefined, number]>([
    ["a single event", streamEvent(), undefined, 1],
    ["no events", [], undefined, 0],
    ["the event that tests a sink", [TEST_EVENT], undefined, 0],
    [
      "types that aren't recorded",
      [
        streamEvent({ messageStatus: "QUEUED" }),
        {
          type: "com.twilio.messaging.inbound-message.received",
          data: { messageSid: newMessageSid() },
        },
        { type: "com.twilio.voice.insights.call-summary.complete" },
      ],
      undefined,
      0,
    ],
    [
      "`read` of an SMS, which is skipped",
      [streamEvent({ messageStatus: "READ" })],
      undefined,
      0,
    ],
    [
      "values of other types, which are read all the same",
      [streamEvent({ errorCode: "30003", numberOfSegments: "3", tags: null })],
      undefined,
      1,
    ],
    [
      "a bound token with its account's event",
      [streamEvent(), TEST_EVENT],
      { authToken: BOUND },
      1,
    ],
    [
      "a shared key",
      [streamEvent()],
      {
        authToken: SECRET,
        algorithm: "HMAC_SHA256",
        headers: {
          "x-twilio-webhooks-signature-settings": `key=${KEY_ID},algorithm=HMAC_SHA256`,
        },
      },
      1,
    ],
    [
      "a content type with parameters",
      [streamEvent()],
      { headers: { "content-type": "Application/JSON; charset=utf-8" } },
      1,
    ],
    [
      "CloudEvents' own content type",
      [streamEvent()],
      { headers: { "content-type": "application/cloudevents-batch+json" } },
      1,
    ],
  ])("%s", async (_, posted, options, count) => {
    expect(await answered(posted, options)).toEqual(processed(count));
  });
});

test("WhatsApp's `undelivered` is a failure, and a type counts where the status is of another event", async () => {
  const [one, other] = [newMessageSid(), newMessageSid()];
  await answered([
    streamEvent({
      messageSid: one,
      messageStatus: "UNDELIVERED",
      to: "whatsapp:+14155550123",
      from: "whatsapp:+15595551269",
      errorCode: 63016,
    }),
    streamEvent(
      { messageSid: other, messageStatus: "QUEUED" },
      { type: "com.twilio.messaging.message.delivered" },
    ),
  ]);
  expect(await server.store.messageBySid(one)).toMatchObject({
    channel: "whatsapp",
    status: "failed",
    to: "+14155550123",
    errorCode: 63016,
  });
  expect((await server.store.messageBySid(other))?.status).toBe("delivered");
});

describe("refused, without repeating a value", () => {
  const hashed = (body: string) => `?bodySHA256=${hashOf(body)}`;
  const marker = "no-such-value";
  const posts: [string, number, string, unknown, StreamPost?][] = [
    [
      "an unsigned post",
      403,
      "missing",
      [],
      { headers: { "x-twilio-signature": "" } },
    ],
    [
      "another token's signature",
      403,
      "No configured auth token",
      [streamEvent()],
      { authToken: "c0ffee" },
    ],
    [
      "a body that was changed",
      403,
      "bodySHA256",
      [],
      { query: hashed("[ ]") },
    ],
    ["no hash", 403, "has no bodySHA256", [], { query: "?a=1" }],
    [
      "a hash in capitals, which the SDK refuses too",
      403,
      "bodySHA256",
      "[]",
      { query: hashed("[]").replace(/[a-f]/g, (hex) => hex.toUpperCase()) },
    ],
    [
      "a form",
      415,
      "application/json",
      "a=1",
      { headers: { "content-type": "application/x-www-form-urlencoded" } },
    ],
    ["text that isn't JSON", 400, "isn't JSON", `{"a":"${marker}"`],
    [
      "bytes that aren't UTF-8",
      400,
      "UTF-8",
      new Uint8Array([0x5b, 0x22, 0xff, 0x22, 0x5d]),
    ],
    ["an event that isn't an object", 400, "Event 2:", [TEST_EVENT, marker]],
    ["an event without a type", 400, "type is missing", [{ data: marker }]],
    [
      "a message without data",
      400,
      "data isn't an object",
      [streamEvent({}, {}), { ...streamEvent(), data: marker }],
    ],
    [
      "a malformed message SID",
      400,
      "data.messageSid is not",
      [streamEvent({ messageSid: marker })],
    ],
    [
      "a message without an account",
      400,
      "data.accountSid is not",
      [streamEvent({ accountSid: undefined })],
    ],
    [
      "a bound token with another account's event",
      403,
      "bound to another account",
      [streamEvent(), streamEvent({ accountSid: OTHER_ACCOUNT })],
      { authToken: BOUND },
    ],
    ["more than 1 MiB", 413, "1 MiB", " ".repeat(1024 * 1024 + 1)],
    ["too many events", 413, "2000 events", Array(2_001).fill(TEST_EVENT)],
  ];
  test.each(posts.map(([what, ...post]) => [what, post] as const))(
    "%s",
    async (_, [status, words, posted, options]) => {
      const { body, ...answer } = await answered(posted, options);
      expect(answer.status).toBe(status);
      expect(body).toEqual({
        success: false,
        error: expect.stringContaining(words),
      });
      expect(JSON.stringify(body)).not.toContain(marker);
    },
  );

  test("another method", async () => {
    const answer = await fetch(server.origin + WEBHOOK_PATHS.events);
    expect(answer.status).toBe(405);
    expect(answer.headers.get("allow")).toBe("POST");
  });
});

test("a message of another account isn't changed, and the others of its post are recorded", async () => {
  const messageSid = newMessageSid();
  await server.twilio.post({ MessageSid: messageSid, MessageStatus: "sent" });
  const other = streamEvent();
  const posted = [
    streamEvent({ messageSid, accountSid: OTHER_ACCOUNT }),
    other,
  ];
  const { status, body } = await answered(posted);
  expect(status).toBe(403);
  expect(body).toEqual({
    success: false,
    error: "The message belongs to another account.",
  });
  expect((await server.store.messageBySid(messageSid))?.status).toBe("sent");
  expect(await server.store.messageBySid(other.data.messageSid)).toBeDefined();
});

test("metrics count events by outcome and refused posts by check", async () => {
  const { text } = await get(`${server.origin}/metrics`);
  for (const outcome of [
    "recorded",
    "confirmed",
    "repeated",
    "skipped",
    "supplemented",
  ])
    expect(text).toMatch(
      new RegExp(`smsledger_stream_events_total\\{outcome="${outcome}"\\} \\d`),
    );
  expect(text).toMatch(
    /smsledger_callbacks_refused_total\{channel="events",check="fields"\} [1-9]/,
  );
});

test("below a base path, it's the signed address that counts", async () => {
  const PUBLIC_URL = "https://ops.example.com/ledger";
  await using own = await startServer({ PUBLIC_URL, MASK_NUMBERS: "true" });
  const path = PUBLIC_URL + WEBHOOK_PATHS.events;
  const event = streamEvent({ tags: { phone: "+14155550123" } });
  const direct = await postEvents(own.origin, [event], { signedUrl: path });
  expect(direct.status).toBe(200);
  // Nor are numbers shown where they're masked.
  const { messageSid } = event.data;
  const { text } = await get(`${own.origin}/messages/${messageSid}`);
  expect(text).not.toMatch(/4155550123|5595551269/);
  expect(text).toContain("2026-11-23T12:30:01.250123456Z");
  const below = await postEvents(`${own.origin}/ledger`, [streamEvent()], {
    signedUrl: path,
  });
  expect(below.status).toBe(200);
});
