import { expect, test } from "bun:test";
import { createLog } from "../../src/log/log.ts";
import { OpenStreams } from "../../src/account/open-streams.ts";
import { rememberViewer } from "../../src/account/viewer.ts";
import { Downloads } from "../../src/routes/downloads.ts";
import { messagesExport } from "../../src/messages/messages-export.ts";
import { Problem } from "../../src/http/problem.ts";
import { StoreUnavailable } from "../../src/store/store.ts";
import { eventOf } from "../store/events.ts";
import { until } from "../support/until.ts";
import { nextTurn, startDownloadServer } from "./download-server.ts";

const VIEWER = {
  userId: 1,
  name: "mo",
  role: "member",
  sessionId: null,
  formToken: "",
  canSignOut: false,
  isPasswordTemporary: false,
  isAdminMissing: false,
} as const;

test("a search that finds nothing ends when its client disconnects", async () => {
  await using server = await startDownloadServer({ isEndless: true });
  // Its steps measure how long the other server's search makes none.
  await using other = await startDownloadServer({ isEndless: true });
  const endless = new AbortController();
  const { signal: untilEnd } = endless;
  const held = await other.get("/messages.csv", { signal: untilEnd });
  const client = new AbortController();
  const { signal } = client;
  const answer = await server.get("/messages.csv", { signal });
  expect(answer.status).toBe(200);
  while (server.readings() < 50) await nextTurn();
  client.abort();
  await until(async () => {
    const [seen, others] = [server.readings(), other.readings()];
    await until(() => other.readings() >= others + 5);
    return server.readings() === seen;
  });
  // What nobody holds any more is collected, and its connection is closed.
  expect([answer.bodyUsed, held.bodyUsed]).toEqual([false, false]);
  endless.abort();
});

test("each step extends the connection's timeout, even if it finds nothing", async () => {
  await using server = await startDownloadServer({ isEndless: true });
  const renewals: number[] = [];
  const { accounts, audit } = server.store;
  const downloads = new Downloads({
    log: createLog("silent", "json"),
    now: Date.now,
    audit,
    streams: new OpenStreams({ accounts, now: Date.now }),
  });
  const answer = await downloads.answer(
    {
      request: new Request("http://localhost/messages.jsonl"),
      server: { timeout: (_, seconds) => void renewals.push(seconds) },
    },
    {
      name: "messages",
      format: "jsonl",
      what: "messages",
      which: "",
      text: messagesExport(server.store, [], "jsonl"),
    },
  );
  if (answer instanceof Problem) throw new Error(answer.detail);
  const reader = answer.body?.getReader();
  const reading = reader?.read();
  while (server.readings() < 20) await nextTurn();
  expect(renewals.length).toBeGreaterThanOrEqual(20);
  expect(new Set(renewals)).toEqual(new Set([240]));
  await reader?.cancel();
  await reading;
});

test("if the store fails midway, the connection is cut off and the log says so", async () => {
  const failures = [
    [new StoreUnavailable("The disk fails."), '"reason":"The disk fails."'],
    [new Error("a value that was sent"), '"error":"Error"'],
  ] as const;
  for (const [failure, words] of failures) {
    await using server = await startDownloadServer();
    await recordMessages(server, 60);
    server.beforeReading(() =>
      server.readings() % 3 === 0 ? Promise.reject(failure) : Promise.resolve(),
    );
    for (const path of ["/messages.csv", "/messages.jsonl"]) {
      const answer = await server.get(path);
      expect(answer.status).toBe(200);
      const text = await answer.text().catch(() => undefined);
      expect(text).toBeUndefined();
    }
    while (server.logged.length < 2) await nextTurn();
    for (const line of server.logged) {
      expect(line).toContain('"msg":"an export was cut off before its end"');
      expect(line).toContain(words);
      expect(line).not.toContain("a value that");
    }
  }
});

test("one user gets four of the ten places", async () => {
  await using server = await startDownloadServer({ isEndless: true });
  const { accounts, audit } = server.store;
  const refused: string[] = [];
  const downloads = new Downloads({
    log: createLog("silent", "json"),
    now: Date.now,
    audit,
    streams: new OpenStreams({ accounts, now: Date.now }),
  });
  const bodies: (ReadableStream | null)[] = [];
  const statusFor = async (userId: number): Promise<number> => {
    const request = new Request("http://localhost/messages.jsonl");
    rememberViewer(request, { ...VIEWER, userId });
    const answer = await downloads.answer(
      { request, server: null },
      {
        name: "messages",
        format: "jsonl",
        what: "messages",
        which: "",
        text: messagesExport(server.store, [], "jsonl"),
      },
    );
    if (answer instanceof Problem) refused.push(answer.title);
    else bodies.push(answer.body);
    return answer.status;
  };
  const statuses = async (userIds: readonly number[]) => {
    const all: number[] = [];
    for (const id of userIds) all.push(await statusFor(id));
    return all;
  };
  expect(await statuses([1, 1, 1, 1, 1, 2, 2])).toEqual([
    200, 200, 200, 200, 503, 200, 200,
  ]);
  expect(refused).toEqual(["You have too many exports at once"]);
  await bodies[0]?.cancel();
  expect(await statuses([1, 1])).toEqual([200, 503]);
  for (const body of bodies) await body?.cancel();
});

test("ten exports run at once; an eleventh is refused until one ends or its client disconnects", async () => {
  await using server = await startDownloadServer();
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  server.beforeReading(() => opened);
  const client = new AbortController();
  const leaving = await server.get("/messages.csv", { signal: client.signal });
  const staying = await Promise.all(
    Array.from({ length: 9 }, () => server.get("/messages.csv")),
  );
  for (const { status } of [leaving, ...staying]) expect(status).toBe(200);

  for (const path of ["/messages.csv", "/messages.jsonl", "/numbers.json"]) {
    const refused = await server.get(path);
    expect(refused.status).toBe(503);
    expect(refused.headers.get("retry-after")).toBe("30");
    expect(refused.headers.get("content-type")).toStartWith("text/html");
    expect(await refused.text()).toContain("Too many exports at once");
  }
  // A page responds as usual.
  expect((await server.get("/numbers")).status).toBe(200);

  client.abort();
  const successor = await untilAnswered(() => server.get("/messages.csv"));
  expect((await server.get("/messages.csv")).status).toBe(503);

  open();
  for (const each of [successor, ...staying])
    expect(await each.text()).toStartWith("messageSid,");
  for (let index = 0; index < 20; index++)
    expect((await server.get("/messages.csv")).status).toBe(200);
});

test("a place is free again after a failure, and a HEAD request takes none", async () => {
  await using server = await startDownloadServer();
  server.beforeReading(() => Promise.reject(new Error("away")));
  for (let index = 0; index < 12; index++) {
    const failed = await server.get("/messages.csv");
    expect(failed.status).toBe(200);
    const text = await failed.text().catch(() => undefined);
    expect(text).toBeUndefined();
    await server.get("/messages.csv", { method: "HEAD" });
  }
});

test("the server answers other requests while ten exports search, step by step", async () => {
  await using server = await startDownloadServer({ isEndless: true });
  const client = new AbortController();
  const { signal } = client;
  const exports = await Promise.all(
    Array.from({ length: 10 }, () => server.get("/messages.csv", { signal })),
  );
  expect(exports.map(({ status }) => status)).toEqual(Array(10).fill(200));
  while (server.readings() < 50) {
    const before = server.readings();
    await nextTurn();
    expect(server.readings() - before).toBeLessThanOrEqual(1);
  }
  for (let request = 0; request < 5; request++)
    expect((await server.get("/livez")).status).toBe(200);
  // All ten are still running, as they are held.
  expect((await server.get("/messages.csv")).status).toBe(503);
  expect(exports.filter(({ bodyUsed }) => bodyUsed)).toEqual([]);
  client.abort();
});

type DownloadServer = Awaited<ReturnType<typeof startDownloadServer>>;

async function recordMessages(
  { store }: DownloadServer,
  count: number,
): Promise<void> {
  for (let index = 0; index < count; index++)
    await store.recordEvent(eventOf({ MessageStatus: "sent" }));
}

/** Retries until the response isn't 503. */
async function untilAnswered(ask: () => Promise<Response>): Promise<Response> {
  for (;;) {
    const answer = await ask();
    if (answer.status !== 503) return answer;
  }
}
