import { expect, test } from "bun:test";
import { eventOf } from "../store/events.ts";
import { ACCOUNT_SID, newMessageSid } from "../support/twilio-client.ts";
import { startApi } from "./api-server.ts";

const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

test("a message has the fields of an export, with null for unknown values", async () => {
  await using api = await startApi();
  const messageSid = newMessageSid();
  await api.twilio.post(
    { MessageSid: messageSid, MessageStatus: "sent" },
    { query: "?campaign=spring&campaign=late&order=4711" },
  );
  const { body, headers } = await api.get("/messages");
  expect(headers.get("content-type")).toStartWith("application/json");
  expect(body).toEqual({
    data: [
      {
        messageSid,
        channel: "sms",
        status: "sent",
        to: "+14155550123",
        from: "+15595551269",
        country: "US",
        errorCode: null,
        accountSid: ACCOUNT_SID,
        messagingServiceSid: null,
        numSegments: null,
        firstEventAt: expect.stringMatching(RFC3339),
        lastEventAt: expect.stringMatching(RFC3339),
        tags: { campaign: ["late", "spring"], order: "4711" },
        sources: ["callback"],
        mcc: null,
        mnc: null,
      },
    ],
    nextCursor: null,
    lookedBackTo: null,
  });
});

test("cursors lead through all messages that match a filter, each once, newest first", async () => {
  await using api = await startApi();
  const sids: string[] = [];
  for (let i = 0; i < 25; i++) {
    const MessageSid = newMessageSid();
    const MessageStatus = i % 2 === 0 ? "failed" : "delivered";
    await api.store.recordEvent(eventOf({ MessageSid, MessageStatus }));
    if (MessageStatus === "failed") sids.unshift(MessageSid);
  }
  const found: string[] = [];
  let cursor: string | null = "";
  let pages = 0;
  while (cursor !== null) {
    const query = new URLSearchParams({
      q: "status:failed",
      limit: "4",
      cursor,
    });
    const { status, body } = await api.get(`/messages?${query}`);
    expect(status).toBe(200);
    for (const { messageSid } of body.data) found.push(messageSid);
    cursor = body.nextCursor;
    pages++;
  }
  expect(found).toEqual(sids);
  expect(pages).toBe(4);
});

test("a search that hit its limit says how far back it got, and its cursor continues it", async () => {
  await using api = await startApi({}, { fillMs: 0 });
  const first = newMessageSid();
  const start = Date.UTC(2026, 10, 1);
  await api.store.recordEvent(
    eventOf({ MessageSid: first, To: "+442071838750" }, { receivedAt: start }),
  );
  await Promise.all(
    Array.from({ length: 3_000 }, (_, index) =>
      api.store.recordEvent(
        eventOf(
          { To: `+1415555${String(index).padStart(4, "0")}` },
          { receivedAt: start + (index + 1) * 1_000 },
        ),
      ),
    ),
  );
  const found: string[] = [];
  const lookedBackTo: string[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const query = new URLSearchParams({ q: "-to:+1415", cursor });
    const { status, body } = await api.get(`/messages?${query}`);
    expect(status).toBe(200);
    for (const { messageSid } of body.data) found.push(messageSid);
    if (body.lookedBackTo !== null) lookedBackTo.push(body.lookedBackTo);
    cursor = body.nextCursor;
  }
  expect(found).toEqual([first]);
  expect(lookedBackTo.length).toBeGreaterThan(0);
  expect(lookedBackTo).toEqual(
    lookedBackTo.toSorted((a, b) => Date.parse(b) - Date.parse(a)),
  );
});

test("a feed cursor isn't valid for the list", async () => {
  await using api = await startApi();
  await api.twilio.post();
  const { body } = await api.get("/events");
  const answer = await api.get(`/messages?cursor=${body.nextCursor}`);
  expect(answer.status).toBe(400);
});

test("a filter mistake is reported with its position", async () => {
  await using api = await startApi();
  const q = "status:failed stauts:sent code:x";
  const { status, body } = await api.get(
    `/messages?q=${encodeURIComponent(q)}`,
  );
  expect(status).toBe(400);
  expect(
    body.errors.map(({ from, to }: { from: number; to: number }) =>
      q.slice(from, to),
    ),
  ).toEqual(["stauts:", "x"]);
  expect(body.errors[0]).toMatchObject({
    parameter: "q",
    detail: "This filter doesn't exist. Did you mean status?",
  });
});

test("a single message includes its events, its error text and its delivery time", async () => {
  await using api = await startApi();
  const messageSid = newMessageSid();
  const receivedAt = Date.UTC(2026, 10, 23, 12, 30);
  const record = (params: Record<string, string>, at: number) =>
    api.store.recordEvent(
      eventOf({ MessageSid: messageSid, ...params }, { receivedAt: at }),
    );
  await record({ MessageStatus: "sent" }, receivedAt);
  await record(
    { MessageStatus: "undelivered", ErrorCode: "30003", Note: "x" },
    receivedAt + 1_000,
  );
  await record({ MessageStatus: "delivered" }, receivedAt + 2_500);
  await record({ MessageStatus: "delivered" }, receivedAt + 4_000);

  const { status, body } = await api.get(`/messages/${messageSid}`);
  expect(status).toBe(200);
  const { data } = body;
  expect(data).toMatchObject({
    messageSid,
    status: "delivered",
    errorCode: 30003,
    deliveryMs: 2_500,
    error: {
      code: 30003,
      title: expect.any(String),
      explanation: { matter: expect.any(String), retry: expect.any(String) },
      url: "https://www.twilio.com/docs/api/errors/30003",
    },
  });
  expect(
    data.events.map((each: Record<string, unknown>) => [
      each["type"],
      each["receivedAt"],
      each["repeats"],
      each["lastRepeatAt"],
    ]),
  ).toEqual([
    ["sms_sent", "2026-11-23T12:30:00.000Z", 0, null],
    ["sms_undelivered", "2026-11-23T12:30:01.000Z", 0, null],
    [
      "sms_delivered",
      "2026-11-23T12:30:02.500Z",
      1,
      "2026-11-23T12:30:04.000Z",
    ],
  ]);
  expect(data.events[1].params).toMatchObject({ Note: "x" });

  const upper = messageSid.slice(0, 2) + messageSid.slice(2).toUpperCase();
  expect((await api.get(`/messages/${upper}`)).body.data.messageSid).toBe(
    messageSid,
  );
});

test("an unknown message and an invalid SID get 404", async () => {
  await using api = await startApi();
  for (const sid of [
    newMessageSid(),
    "SM123",
    "%3Cscript%3E",
    "x".repeat(4_000),
  ]) {
    const { status, text } = await api.get(`/messages/${sid}`);
    expect(status).toBe(404);
    expect(text).not.toContain(sid);
  }
});

test("a token gets the team's views, and no filter with numbers that it sees masked", async () => {
  await using api = await startApi();
  const by = { at: Date.UTC(2026, 10, 23), actor: "ana", address: null };
  const add = (ownerId: number | null, name: string, filter: string) =>
    api.store.views.add({ ownerId, name, filter, inDigest: false }, by);
  await add(null, "Failed", "status:failed after:7d");
  await add(null, "Him", "to:+4915112345678");
  await add(1, "Mine", "code:30003");
  const viewsFor = async (token: string) =>
    (await api.get("/views", token)).body.data;
  const changedAt = "2026-11-23T00:00:00.000Z";
  expect(await viewsFor(api.whole)).toMatchObject([
    { name: "Failed", filter: "status:failed after:7d", changedAt },
    { name: "Him", filter: "to:+4915112345678", changedAt },
  ]);
  expect(await viewsFor(api.masked)).toMatchObject([
    { name: "Failed", filter: "status:failed after:7d" },
    { name: "Him", filter: null },
  ]);
});
