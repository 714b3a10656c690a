import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { rename } from "node:fs/promises";
import type { EventStatus, RouteChannel } from "../../src/twilio/status.ts";
import { startServer } from "../support/start-server.ts";
import { callbackParams, newMessageSid } from "../support/twilio-client.ts";

let server: Awaited<ReturnType<typeof startServer>>;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const recorded: readonly [RouteChannel, word: string, EventStatus][] = [
  ["sms", "sent", "sent"],
  ["sms", "delivered", "delivered"],
  ["sms", "failed", "failed"],
  ["sms", "undelivered", "undelivered"],
  ["whatsapp", "sent", "sent"],
  ["whatsapp", "delivered", "delivered"],
  ["whatsapp", "read", "read"],
  ["whatsapp", "failed", "failed"],
  ["whatsapp", "undelivered", "failed"],
];

test.each(recorded)(
  "on %s, %s is recorded as %s and gets processed: 1",
  async (channel, word, status) => {
    const sid = newMessageSid();
    const params = { MessageSid: sid, MessageStatus: word };
    const answer = await server.twilio.post(params, { channel });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toStartWith("application/json");
    expect(await answer.text()).toBe('{"success":true,"processed":1}');
    const timeline = await server.store.timeline(sid);
    expect(timeline).toMatchObject([{ channel, status }]);
    expect(Object.fromEntries(timeline[0]?.params ?? [])).toEqual(
      callbackParams(params),
    );
  },
);

const WORDS = ["sent", "delivered", "read", "failed", "undelivered"] as const;

describe.each(["sms", "whatsapp"] as const)("on the route for %s", (route) => {
  test.each(["whatsapp", "rcs", "messenger"] as const)(
    "the prefix %s: determines the channel, and addresses are stored without it",
    async (prefix) => {
      for (const word of WORDS)
        for (const params of [
          { To: `${prefix}:+14155550123`, From: `${prefix}:+15595551269` },
          { To: "+14155550123", From: `${prefix}:+15595551269` },
          { To: `${prefix}:+14155550123`, From: "+15595551269" },
        ]) {
          const MessageSid = newMessageSid();
          const posted = { MessageSid, MessageStatus: word, ...params };
          const answer = await server.twilio.post(posted, { channel: route });
          expect(await answer.json()).toEqual({ success: true, processed: 1 });
          const timeline = await server.store.timeline(MessageSid);
          const isFailed = prefix === "whatsapp" && word === "undelivered";
          const known = {
            channel: prefix,
            status: isFailed ? "failed" : word,
            to: "+14155550123",
            from: "+15595551269",
          };
          expect(timeline).toMatchObject([known]);
          expect(Object.fromEntries(timeline[0]?.params ?? [])).toEqual(
            callbackParams(posted),
          );
          expect(await server.store.messageBySid(MessageSid)).toMatchObject({
            ...known,
            country: "US",
          });
        }
    },
  );
});

test("an RCS message that falls back to SMS is an SMS, whichever callback comes first", async () => {
  const callbacks = [
    { MessageStatus: "sent", From: "rcs:acme_agent", To: "rcs:+14155550123" },
    { MessageStatus: "sent", From: "+15595551269" },
    { MessageStatus: "delivered", From: "+15595551269" },
  ];
  for (const order of [callbacks, callbacks.toReversed()]) {
    const MessageSid = newMessageSid();
    for (const callback of order)
      await server.twilio.post({ MessageSid, ...callback });
    expect(await server.store.messageBySid(MessageSid)).toMatchObject({
      channel: "sms",
      to: "+14155550123",
      from: "+15595551269",
      status: "delivered",
    });
  }
});

const skippedWords =
  "queued sending receiving received accepted scheduled canceled partially_delivered " +
  "Delivered DELIVERED constructor toString a-word-that-nobody-knows-yet";
const skipped = skippedWords
  .split(" ")
  .flatMap((word): [RouteChannel, string][] => [
    ["sms", word],
    ["whatsapp", word],
  ]);

test.each([...skipped, ["sms", "read"] as const])(
  "on %s, %s is skipped and answered with processed: 0",
  async (channel, word) => {
    const sid = newMessageSid();
    const answer = await server.twilio.post(
      { MessageSid: sid, MessageStatus: word },
      { channel },
    );
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe('{"success":true,"processed":0}');
    expect(await server.store.messageBySid(sid)).toBeUndefined();
  },
);

test("a repeated callback gets processed: 0 and changes only the count of repeats", async () => {
  const MessageSid = newMessageSid();
  const first = { MessageSid, MessageStatus: "failed", ErrorCode: "30003" };
  await server.twilio.post(first);
  const before = await server.store.timeline(MessageSid);
  const repeats = await Promise.all([
    server.twilio.post(first),
    server.twilio.post(first),
  ]);
  for (const repeat of repeats) {
    expect(repeat.status).toBe(200);
    expect(await repeat.json()).toEqual({ success: true, processed: 0 });
  }
  expect(await server.store.timeline(MessageSid)).toEqual(
    before.map((event) => ({
      ...event,
      repeats: repeats.length,
      lastRepeatAt: expect.any(Number),
    })),
  );
});

test("a callback that adds to an event gets processed: 1 and its own entry", async () => {
  const MessageSid = newMessageSid();
  const first = { MessageSid, MessageStatus: "undelivered" };
  const additions = [
    await server.twilio.post({ ...first, ErrorCode: "30008" }),
    await server.twilio.post({ ...first, ErrorCode: "30005" }),
    await server.twilio.post(first, { query: "?a=1" }),
  ];
  for (const addition of additions) {
    expect(addition.status).toBe(200);
    expect(await addition.json()).toEqual({ success: true, processed: 1 });
  }
  expect(await server.store.timeline(MessageSid)).toMatchObject([
    { errorCode: 30008, isSupplement: false },
    { errorCode: 30005, isSupplement: true },
    { query: "a=1", isSupplement: true },
  ]);
  expect(await server.store.messageBySid(MessageSid)).toMatchObject({
    errorCode: 30005,
    tags: [["a", "1"]],
  });
});

test("a legacy callback with only SmsSid and SmsStatus is recorded", async () => {
  const sid = newMessageSid();
  const answer = await server.twilio.postExactly({
    SmsSid: sid,
    SmsStatus: "sent",
  });
  expect(await answer.json()).toEqual({ success: true, processed: 1 });
  expect(await server.store.messageBySid(sid)).toMatchObject({
    status: "sent",
  });
});

test("twenty simultaneous posts of one callback create one event, and only one response says so", async () => {
  const MessageSid = newMessageSid();
  const answers = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const answer = await server.twilio.post({ MessageSid });
      return answer.text();
    }),
  );
  expect(answers.filter((each) => each.includes('"processed":1'))).toHaveLength(
    1,
  );
  expect(answers.filter((each) => each.includes('"processed":0'))).toHaveLength(
    19,
  );
  expect(await server.store.timeline(MessageSid)).toHaveLength(1);
});

test("the query's parameters are the message's tags", async () => {
  const MessageSid = newMessageSid();
  const query = "?campaign=spring&order=4711&note=a+b%20c&empty=&note=%C3%A4";
  await server.twilio.post({ MessageSid, MessageStatus: "sent" }, { query });
  expect((await server.store.messageBySid(MessageSid))?.tags).toEqual([
    ["campaign", "spring"],
    ["empty", ""],
    ["note", "a b c"],
    ["note", "ä"],
    ["order", "4711"],
  ]);
  expect((await server.store.timeline(MessageSid))[0]?.query).toBe(
    query.slice(1),
  );
});

test("a callback that can't be made durable gets 503 with Retry-After, and 200 once it can", async () => {
  await using own = await startServer();
  const { databaseUrl } = own.config;
  const params = { MessageSid: newMessageSid() };
  await rename(databaseUrl, `${databaseUrl}.away`);
  const refused = await own.twilio.post(params);
  expect(refused.status).toBe(503);
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(await refused.json()).toEqual({
    success: false,
    error: expect.stringContaining("The database file was moved or deleted."),
  });
  await rename(`${databaseUrl}.away`, databaseUrl);
  const taken = await own.twilio.post(params);
  expect(await taken.json()).toEqual({ success: true, processed: 1 });
});
