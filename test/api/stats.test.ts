import { expect, test } from "bun:test";
import { eventOf } from "../store/events.ts";
import { newMessageSid } from "../support/twilio-client.ts";
import { startApi } from "./api-server.ts";

const HOUR_MS = 3_600_000;

/**
 * Starts a server with ten messages of this hour: six delivered in 2 s, one read, one in
 * flight, one failed, one undelivered.
 */
async function startWithMessages() {
  const api = await startApi();
  const now = Date.now();
  const record = (
    MessageSid: string,
    MessageStatus: string,
    receivedAt: number,
    more: Record<string, string> = {},
  ) =>
    api.store.recordEvent(
      eventOf(
        { MessageSid, MessageStatus, ...more },
        { receivedAt, channel: MessageStatus === "read" ? "whatsapp" : "sms" },
      ),
    );
  for (let i = 0; i < 6; i++) {
    const sid = newMessageSid();
    await record(sid, "sent", now);
    await record(sid, "delivered", now + 2_000);
  }
  await record(newMessageSid(), "read", now);
  await record(newMessageSid(), "sent", now);
  await record(newMessageSid(), "failed", now, { ErrorCode: "30003" });
  await record(newMessageSid(), "undelivered", now);
  return { api, now };
}

test("statistics count messages by status, in total and by bucket", async () => {
  const { api, now } = await startWithMessages();
  await using _ = api;
  const { status, body } = await api.get("/stats?range=24h");
  expect(status).toBe(200);
  const { data } = body;
  const counts = {
    messages: 10,
    delivered: 7,
    undelivered: 1,
    failed: 1,
    inFlight: 1,
    deliveryRate: 7 / 9,
  };
  expect(data).toMatchObject({ ...counts, bucketSeconds: 3_600 });
  // The first and the last are partial, unless the time is on the hour.
  expect(data.buckets.length).toBeOneOf([24, 25]);
  expect(Date.parse(data.range.to) - Date.parse(data.range.from)).toBe(
    24 * HOUR_MS,
  );
  expect(data.buckets[0].from).toBe(data.range.from);
  expect(data.buckets.at(-1).to).toBe(data.range.to);
  const filled = data.buckets.filter(
    (bucket: { messages: number }) => bucket.messages > 0,
  );
  expect(filled).toEqual([
    {
      from: new Date(Math.floor(now / HOUR_MS) * HOUR_MS).toISOString(),
      to: data.range.to,
      ...counts,
    },
  ]);
  expect(data.buckets[0]).toMatchObject({ messages: 0, deliveryRate: null });
  expect(data.deliveryTime.messages).toBe(6);
  expect(data.deliveryTime.medianMs).toBeGreaterThan(1_000);
  expect(data.deliveryTime.p95Ms).toBeLessThan(4_000);
});

test("without messages, rates and times are null", async () => {
  await using api = await startApi();
  const { body } = await api.get("/stats?from=2026-11-01&to=2026-11-02");
  expect(body.data).toMatchObject({
    range: {
      from: "2026-11-01T00:00:00.000Z",
      to: "2026-11-03T00:00:00.000Z",
    },
    messages: 0,
    deliveryRate: null,
    deliveryTime: null,
  });
});

test("error codes come with counts, recipients, times and descriptions", async () => {
  const { api } = await startWithMessages();
  await using _ = api;
  const { status, body } = await api.get("/errors?range=1h");
  expect(status).toBe(200);
  expect(body).toMatchObject({
    codes: 1,
    messages: 10,
    messagesWithCode: 1,
    notDeliveredWithoutCode: 1,
  });
  expect(body.data).toEqual([
    {
      verdict: "send-again",
      code: 30003,
      title: expect.any(String),
      explanation: {
        happened: expect.any(String),
        matter: expect.any(String),
        retry: expect.any(String),
        whatToDo: expect.any(String),
      },
      url: "https://www.twilio.com/docs/api/errors/30003",
      messages: 1,
      notDelivered: 1,
      share: 0.1,
      recipients: { count: 1, isMore: false },
      firstSeenAt: expect.stringContaining("Z"),
      lastSeenAt: expect.stringContaining("Z"),
      isNew: false,
    },
  ]);
});

test("a limit on error codes reports how many there are", async () => {
  await using api = await startApi();
  for (const ErrorCode of ["30003", "30003", "30005", "99999"]) {
    const receivedAt = Date.now();
    await api.store.recordEvent(
      eventOf({ MessageStatus: "failed", ErrorCode }, { receivedAt }),
    );
  }
  const { body } = await api.get("/errors?limit=2");
  expect(body.codes).toBe(3);
  expect(body.data.map(({ code }: { code: number }) => code)).toEqual([
    30003, 30005,
  ]);
  const all = await api.get("/errors");
  expect(all.body.data[2]).toMatchObject({
    code: 99999,
    title: null,
    explanation: null,
  });
});
