import { expect, spyOn, test } from "bun:test";
import { join } from "node:path";
import { openCommandStores } from "../../src/store/sqlite/beside.ts";
import { PROGRAM, start } from "../cli/program.ts";
import { FeedPosition } from "../../src/store/feed-position.ts";
import { eventOf } from "../store/events.ts";
import { oldCursor, positionAfter } from "../store/positions.ts";
import { freePort } from "../support/free-port.ts";
import { randomFromSeed } from "../support/seed.ts";
import { tempDir } from "../support/temp-dir.ts";
import {
  AUTH_TOKEN,
  newMessageSid,
  twilioClient,
} from "../support/twilio-client.ts";
import { until } from "../support/until.ts";
import { ask, newToken, startApi, type Answer } from "./api-server.ts";

type Api = Awaited<ReturnType<typeof startApi>>;

const BY = { at: Date.now(), actor: "ana", address: null };

type FeedEvent = {
  readonly id: number;
  readonly messageSid: string;
  readonly type: string;
};

test("the feed has every event with all posted parameters", async () => {
  await using api = await startApi();
  const messageSid = newMessageSid();
  await api.twilio.post(
    { MessageSid: messageSid, MessageStatus: "read", Note: "Grüße" },
    { channel: "whatsapp", query: "?order=4711" },
  );
  const { status, body } = await api.get("/events");
  expect(status).toBe(200);
  expect(body.data).toHaveLength(1);
  expect(body.data[0]).toMatchObject({
    id: 1,
    type: "whatsapp_read",
    channel: "whatsapp",
    status: "read",
    messageSid,
    to: "+14155550123",
    tags: { order: "4711" },
    params: { MessageSid: messageSid, Note: "Grüße" },
  });
});

test("the feed always has a next cursor, even if it's empty", async () => {
  await using api = await startApi();
  const empty = await api.get("/events");
  expect(empty.body.data).toEqual([]);
  await api.twilio.post();
  await api.twilio.post();
  const both = await api.get(`/events?cursor=${empty.body.nextCursor}`);
  expect(both.body.data).toHaveLength(2);
  const end = await api.get(`/events?cursor=${both.body.nextCursor}`);
  expect(end.body).toEqual({ data: [], nextCursor: both.body.nextCursor });
  await api.twilio.post();
  const last = await api.get(`/events?cursor=${end.body.nextCursor}`);
  expect(last.body.data).toHaveLength(1);
});

test("a feed that starts now omits earlier events", async () => {
  await using api = await startApi();
  await api.twilio.post();
  const now = await api.get("/events?cursor=now");
  expect(now.body.data).toEqual([]);
  const messageSid = newMessageSid();
  await api.twilio.post({ MessageSid: messageSid });
  const { body } = await api.get(`/events?cursor=${now.body.nextCursor}`);
  expect(body.data.map((event: FeedEvent) => event.messageSid)).toEqual([
    messageSid,
  ]);
});

test("the requested number of events is returned, however many reads it takes", async () => {
  await using api = await startApi();
  await Promise.all(
    Array.from({ length: 1_234 }, () => api.store.recordEvent(eventOf({}))),
  );
  for (const [limit, lengths] of [
    [1_000, [1_000, 234, 0]],
    [617, [617, 617, 0]],
    [undefined, [200, 200, 200, 200, 200, 200, 34, 0]],
  ] as const) {
    const ids: number[] = [];
    let cursor = "";
    for (const length of lengths) {
      const query = new URLSearchParams({
        cursor,
        ...(limit !== undefined && { limit: String(limit) }),
      });
      const { body } = await api.get(`/events?${query}`);
      expect(body.data).toHaveLength(length);
      ids.push(...body.data.map((event: FeedEvent) => event.id));
      cursor = body.nextCursor;
    }
    expect(ids).toEqual(Array.from({ length: 1_234 }, (_, i) => i + 1));
  }
});

/** Requests events and resolves once the server has found none, so that the request waits. */
async function waitForEvents(api: Api, seconds: number) {
  const feed = spyOn(api.store, "feedAfter");
  const answer = api.get(`/events?wait=${seconds}`);
  await until(() => feed.mock.results.length > 0);
  await feed.mock.results[0]?.value;
  feed.mockRestore();
  return { answer };
}

test("a request waits for an event, but no longer than requested", async () => {
  await using api = await startApi();
  const { answer: waiting } = await waitForEvents(api, 30);
  const messageSid = newMessageSid();
  await api.twilio.post({ MessageSid: messageSid });
  const { body } = await waiting;
  expect(body.data.map((event: FeedEvent) => event.messageSid)).toEqual([
    messageSid,
  ]);
  const { status, body: after } = await api.get(
    `/events?wait=1&cursor=${body.nextCursor}`,
  );
  expect([status, after.data]).toEqual([200, []]);
});

test("a waiting request is refused if its token is revoked meanwhile", async () => {
  await using api = await startApi();
  const { answer: waiting } = await waitForEvents(api, 30);
  for (const { id } of await api.store.apiTokens.list())
    await api.store.apiTokens.remove(id, BY);
  await api.twilio.post({ To: "+14155550123" });
  const { status, text } = await waiting;
  expect(status).toBe(401);
  expect(text).not.toContain("4155550123");
});

test("waiting requests get a response when the server stops", async () => {
  let waiting: { readonly answer: Promise<Answer> };
  {
    await using api = await startApi();
    waiting = await waitForEvents(api, 30);
  }
  expect(await waiting.answer).toMatchObject({
    status: 200,
    body: { data: [] },
  });
});

const POSTERS = 8;
const POSTS_OF_EACH = 150;

test("while many clients post and the server restarts, a reader gets every event once and in order", async () => {
  const random = randomFromSeed();
  using folder = tempDir();
  const file = join(folder.path, "smsledger.db");
  const startProgram = (port: string) =>
    start(PROGRAM, ["serve"], {
      env: {
        DATABASE_URL: file,
        TWILIO_WEBHOOK_AUTH_TOKEN: AUTH_TOKEN,
        SIGN_IN: "none",
        PORT: port,
      },
    });
  const stores = openCommandStores(file, true);
  const token = await newToken(stores);
  await stores.close();

  const port = String(freePort());
  await using first = await startProgram(port);
  const { origin } = first;
  const acknowledged: string[] = [];
  let isUp = true;
  const twilio = twilioClient(origin);
  const postAll = async (): Promise<void> => {
    for (let i = 0; i < POSTS_OF_EACH; i++) {
      const messageSid = newMessageSid();
      const answer = await twilio
        .post({ MessageSid: messageSid, MessageStatus: "sent" })
        .catch(() => undefined);
      if (answer?.status === 200) acknowledged.push(messageSid);
      else await until(() => isUp);
    }
  };
  const posting = Promise.all(Array.from({ length: POSTERS }, postAll));
  let isPosting = true;
  void posting.finally(() => (isPosting = false));

  const seen: FeedEvent[] = [];
  let cursor = "";
  const readOn = async (): Promise<number> => {
    const limit = String(1 + Math.floor(random() * 40));
    const query = new URLSearchParams({ cursor, limit, wait: "1" });
    const answer = await ask(origin, `/events?${query}`, token).catch(
      () => undefined,
    );
    if (answer?.status !== 200) return -1;
    // Responses lost on the way to a reader that crashed: it resumes from its saved cursor.
    if (random() < 0.1) return 1;
    seen.push(...answer.body.data);
    cursor = answer.body.nextCursor;
    return answer.body.data.length;
  };
  while (seen.length < 300) await readOn();
  isUp = false;
  first.kill("SIGKILL");
  await first.ended();
  await using _second = await startProgram(port);
  isUp = true;
  while (isPosting) await readOn();
  while ((await readOn()) !== 0);

  const ids = seen.map(({ id }) => id);
  expect(ids).toEqual(ids.toSorted((a, b) => a - b));
  expect(new Set(ids).size).toBe(ids.length);
  const sids = seen.map(({ messageSid }) => messageSid);
  expect(new Set(sids).size).toBe(sids.length);
  expect(acknowledged.filter((sid) => !new Set(sids).has(sid))).toEqual([]);
  expect(acknowledged.length).toBeGreaterThan(POSTERS * POSTS_OF_EACH * 0.5);
});

test("cursors from before a restore or from version 0.1.0 get 410, and the response says to start over", async () => {
  await using api = await startApi();
  await api.twilio.post();
  const other = new FeedPosition("0123456789abcdef", 1).text;
  const beyond = (await positionAfter(api.store, 2)).text;
  for (const cursor of [other, beyond, oldCursor(1)]) {
    for (const more of ["", "&wait=30"]) {
      const { status, body, headers } = await api.get(
        `/events?cursor=${cursor}${more}`,
      );
      expect([cursor, status]).toEqual([cursor, 410]);
      expect(headers.get("content-type")).toBe("application/problem+json");
      expect(headers.get("ratelimit-limit")).toBe("600");
      expect(body).toMatchObject({
        type: "urn:smsledger:problem:start-over",
        status: 410,
        detail: expect.stringContaining("without a cursor"),
      });
    }
  }
  const { nextCursor } = (await api.get("/messages?limit=1")).body;
  for (const cursor of ["x", nextCursor ?? "bWVzc2FnZXM6MQ"])
    expect((await api.get(`/events?cursor=${cursor}`)).status).toBe(400);
});
