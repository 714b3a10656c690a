import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { keepBackfilling, readWantedDays } from "../../src/sources/backfill.ts";
import { dayOf, daysFrom } from "../../src/sources/gmt-days.ts";
import { StoreUnavailable } from "../../src/store/store.ts";
import type { Stores } from "../../src/store/stores.ts";
import { PROGRAM, run } from "../cli/program.ts";
import { openStore } from "../support/open-store.ts";
import { newPostgresLedger } from "../support/postgres-server.ts";
import { randomFromSeed } from "../support/seed.ts";
import { tempDir } from "../support/temp-dir.ts";
import {
  API_SECRET,
  startTwilioApi,
  twilioHistory,
} from "../support/twilio-api.ts";
import { until } from "../support/until.ts";
import { NEVER } from "../twilio-api/test-client.ts";
import { callbackOf, readingFrom } from "./sources-client.ts";

const DAY_MS = 86_400_000;
const FROM = Date.UTC(2026, 10, 28);
const NOW = FROM + 3.5 * DAY_MS;
const now = () => NOW;
const DAYS = daysFrom(dayOf(FROM), dayOf(FROM + 2 * DAY_MS));
/** Servers don't read days of their own choice. */
const NOTE = { aliveAt: NOW, dailyThrough: "2026-11-30", failure: null };

let folder: ReturnType<typeof tempDir>;
beforeAll(() => {
  folder = tempDir();
});
afterAll(() => folder[Symbol.dispose]());

let databases = 0;
async function newStore(): Promise<
  AsyncDisposable & { readonly store: Stores; readonly file: string }
> {
  const file = join(folder.path, `${++databases}.db`);
  const store = await openStore(file);
  return { store, file, [Symbol.asyncDispose]: () => store.close() };
}

/** What the ledger has of each message: its status, code and sources. */
async function ledgerOf(store: Stores): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const messages of store.everyMessage())
    for (const { messageSid, status, errorCode, sources } of messages) {
      expect(found.has(messageSid)).toBe(false);
      found.set(messageSid, `${status} ${errorCode} ${sources.join("+")}`);
    }
  return found;
}

describe("a history with gaps", () => {
  const history = twilioHistory(3_300, FROM, FROM + 3 * DAY_MS);
  const sent = history.filter((each) => each.direction !== "inbound");
  // Callbacks report two of three; an hour is missing in addition.
  const isReported = (index: number) =>
    index % 3 !== 0 && (index < 1_000 || index > 1_100);
  const expected = new Map(
    sent.map(({ sid, status, errorCode }, index) => [
      sid,
      `${status} ${errorCode} ${isReported(index) ? "callback+api" : "api"}`,
    ]),
  );
  const gaps = sent.filter((_, index) => !isReported(index)).length;

  async function reported(store: Stores): Promise<void> {
    const events = sent
      .filter((_, index) => isReported(index))
      .map((each) => callbackOf(each, NOW - DAY_MS));
    for (let start = 0; start < events.length; start += 2_000)
      await store.recordEvents(events.slice(start, start + 2_000));
  }

  test("comes out complete, each message once, and a second time changes nothing", async () => {
    using stub = startTwilioApi(history);
    await using opened = await newStore();
    const { store } = opened;
    await reported(store);
    await store.backfills.want(DAYS, NOW, NOTE);
    const reading = { ...readingFrom(stub, now, NEVER), store };
    await readWantedDays(reading);
    expect(await ledgerOf(store)).toEqual(expected);
    const read = await store.backfills.days("2026-11-01", "2026-12-31");
    expect(read.map((each) => each.messages)).toEqual([1_056, 1_056, 1_056]);
    expect(read.reduce((sum, each) => sum + each.found, 0)).toBe(gaps);
    expect(stub.requests).toHaveLength(15);
    const known = (of: "byCallback" | "byApi" | "byStream" | "byBoth") =>
      read.reduce((sum, each) => sum + each[of], 0);
    expect(known("byApi")).toBe(gaps);
    expect(known("byCallback")).toBe(sent.length - gaps);
    expect([known("byStream"), known("byBoth")]).toEqual([0, 0]);
    const end = await store.feedEnd();
    await store.backfills.want(DAYS, NOW);
    await readWantedDays(reading);
    expect(await ledgerOf(store)).toEqual(expected);
    expect(await store.feedEnd()).toEqual(end);
    const [again] = await store.backfills.days(DAYS[0] ?? "", DAYS[0] ?? "");
    const [before] = read;
    expect(again).toMatchObject({
      messages: 1_056,
      found: 0,
      byApi: before?.byApi,
      byCallback: before?.byCallback,
    });
  });

  test("comes out complete when reading is cut off again and again", async () => {
    using stub = startTwilioApi(history);
    await using opened = await newStore();
    const { store } = opened;
    await reported(store);
    await store.backfills.want(DAYS, NOW, NOTE);
    const random = randomFromSeed();
    for (let cuts = 0; (await store.backfills.next()) !== undefined; cuts++) {
      const stop = new AbortController();
      const cutAt = stub.requests.length + 1 + Math.floor(random() * 2);
      // Some amid a request, some after it, before its page is recorded.
      stub.state.trouble = (_, count) => {
        if (count < cutAt || cuts > 20) return undefined;
        if (random() < 0.5) return { status: 400 };
        stop.abort();
        return undefined;
      };
      const reading = { ...readingFrom(stub, now, stop.signal), store };
      await readWantedDays(reading).catch(() => undefined);
    }
    expect(await ledgerOf(store)).toEqual(expected);
    const read = await store.backfills.days("2026-11-01", "2026-12-31");
    expect(read.map((each) => each.messages)).toEqual([1_056, 1_056, 1_056]);
    expect(read.reduce((sum, each) => sum + each.found, 0)).toBe(gaps);
  });
});

test("what was found is exact when a server ends between recording a page and saying so", async () => {
  using stub = startTwilioApi(twilioHistory(100, FROM, FROM + DAY_MS));
  await using opened = await newStore();
  const { store } = opened;
  await store.backfills.want(DAYS.slice(0, 1), NOW, NOTE);
  const reading = readingFrom(stub, now, NEVER);
  const ended: Stores["backfills"]["addPage"] = async () => {
    throw new StoreUnavailable("The server ends here.");
  };
  const ending = {
    ...store,
    backfills: { ...store.backfills, addPage: ended },
  };
  const failed = await readWantedDays({ ...reading, store: ending }).catch(
    (error: unknown) => error,
  );
  expect(failed).toBeInstanceOf(StoreUnavailable);
  await readWantedDays({ ...reading, store });
  // Read again for prices, it stays what was found.
  for (const again of [[], DAYS]) {
    await store.backfills.want([], NOW, NOTE, again);
    await readWantedDays({ ...reading, store });
    expect(
      await store.backfills.days("2026-01-01", "2027-01-01"),
    ).toMatchObject([{ messages: 96, found: 96, byApi: 96 }]);
  }
});

test("nodes on PostgreSQL record the same", async () => {
  await using database = await newPostgresLedger();
  const history = twilioHistory(1_010, FROM, FROM + DAY_MS);
  using stub = startTwilioApi(history);
  const store = await openStore(database.url);
  const sent = history.filter((each) => each.direction !== "inbound");
  const reported = sent.slice(0, 300);
  await store.recordEvents(reported.map((each) => callbackOf(each, NOW)));
  await store.backfills.want(DAYS.slice(0, 1), NOW, NOTE);
  await readWantedDays({ ...readingFrom(stub, now, NEVER), store });
  await store.settled();
  const ledger = await ledgerOf(store);
  expect(ledger.size).toBe(sent.length);
  for (const { sid, status, errorCode } of sent)
    expect(ledger.get(sid)).toStartWith(`${status} ${errorCode} `);
  expect(ledger.get(sent[0]?.sid ?? "")).toEndWith("callback+api");
  expect(await store.backfills.days("2026-01-01", "2027-01-01")).toMatchObject([
    { pages: 5, messages: sent.length, found: sent.length - 300 },
  ]);
  const { id = 0 } = (await store.messageBySid(sent[0]?.sid ?? "")) ?? {};
  expect(await store.prices.of(id)).toEqual({
    amount: "-0.00790",
    currency: "USD",
  });
  await store.close();
}, 60_000);

test("messages count when they were sent; days past retention aren't read", async () => {
  const history = twilioHistory(60, FROM, FROM + 3 * DAY_MS);
  using stub = startTwilioApi(history);
  await using opened = await newStore();
  const { store } = opened;
  await store.backfills.want(DAYS, NOW, NOTE);
  // Today is kept, and the two days before.
  const reading = { ...readingFrom(stub, now, NEVER), retentionDays: 2 };
  await readWantedDays({ ...reading, store });
  const kept = history.filter(
    ({ direction, sentAt }) =>
      direction !== "inbound" && sentAt >= Date.parse("2026-11-29"),
  );
  expect(kept.length).toBeGreaterThan(30);
  const hours = Object.groupBy(
    await store.tally({
      range: { from: FROM, to: NOW },
      spanMs: 3_600_000,
    }),
    ({ at }) => at,
  );
  const counted = Object.entries(hours).map(([at, rows = []]) => [
    Number(at),
    rows.flatMap(({ counts }) => Object.values(counts)).reduce((a, b) => a + b),
  ]);
  const sent = Map.groupBy(kept, ({ sentAt }) => sentAt - (sentAt % 3_600_000));
  expect(counted).toEqual(
    [...sent]
      .map(([at, messages]) => [at, messages.length])
      .toSorted(([a = 0], [b = 0]) => a - b),
  );
  expect(await store.backfills.days("2026-01-01", "2027-01-01")).toMatchObject([
    { day: "2026-11-28", messages: 0, found: 0, readAt: NOW },
    { day: "2026-11-29" },
    { day: "2026-11-30" },
  ]);
});

test("messages that were refused when they were created appear, with the API as their source", async () => {
  const [first] = twilioHistory(1, FROM, FROM + 1);
  if (first === undefined) return;
  const refused = { ...first, status: "failed", errorCode: 21_610 };
  using stub = startTwilioApi([refused]);
  await using opened = await newStore();
  const { store } = opened;
  await store.backfills.want(DAYS.slice(0, 1), NOW, NOTE);
  await readWantedDays({ ...readingFrom(stub, now, NEVER), store });
  expect(await store.messageBySid(refused.sid)).toMatchObject({
    status: "failed",
    errorCode: 21_610,
    sources: ["api"],
  });
  const [event] = await store.timeline(refused.sid);
  expect(event).toMatchObject({ source: "api", occurredAt: null });
  expect(JSON.stringify(event)).not.toContain(refused.body);
  const { id = 0 } = (await store.messageBySid(refused.sid)) ?? {};
  expect(await store.prices.of(id)).toEqual({
    amount: "-0.00790",
    currency: "USD",
  });
  // It has changed a day later, when the day is read again.
  stub.put({ ...refused, price: "-0.12345678901" });
  await store.backfills.want([], NOW, NOTE, ["2026-11-27", ...DAYS]);
  await readWantedDays({ ...readingFrom(stub, now, NEVER), store });
  expect(await store.prices.of(id)).toMatchObject({ amount: "-0.12345678901" });
  expect(await store.timeline(refused.sid)).toHaveLength(1);
  const [read, ...others] = await store.backfills.days(
    "2026-01-01",
    "2027-01-01",
  );
  expect(read).toMatchObject({ messages: 1, found: 1 });
  expect(others).toEqual([]);
  await store.upkeep.prune(NOW + DAY_MS * 400);
  expect(await store.prices.of(id)).toBeUndefined();
});

test("a server reads the last day by itself, notes faults, and goes on", async () => {
  using stub = startTwilioApi(twilioHistory(100, FROM, FROM + 3 * DAY_MS));
  await using opened = await newStore();
  const { store } = opened;
  const yesterday = { ...NOTE, dailyThrough: "2026-11-29" };
  await store.backfills.want([], NOW, yesterday);
  stub.state.isKeyValid = false;
  const failed = new AbortController();
  const failing = keepBackfilling({
    ...readingFrom(stub, now, failed.signal),
    store,
  });
  const note = await until(async () => {
    const kept = await store.backfills.note();
    return kept?.failure != null && kept;
  });
  expect(note.failure?.reason).toContain("doesn't accept the API key");
  expect(JSON.stringify(note)).not.toContain(API_SECRET);
  failed.abort();
  await failing;
  stub.state.isKeyValid = true;
  const stop = new AbortController();
  const keeping = keepBackfilling({
    ...readingFrom(stub, now, stop.signal),
    store,
  });
  await until(async () => (await store.backfills.note())?.failure === null);
  stop.abort();
  await keeping;
  const read = await store.backfills.days("2026-01-01", "2026-12-31");
  expect(read).toMatchObject([{ day: "2026-11-30", readAt: NOW }]);
});

test("the command asks the running server, and reports what it read", async () => {
  const real = Date.now();
  const from = Date.parse(dayOf(real - DAY_MS));
  using stub = startTwilioApi(twilioHistory(50, from, from + DAY_MS));
  await using opened = await newStore();
  const { store, file } = opened;
  const stop = new AbortController();
  const keeping = keepBackfilling({
    ...readingFrom(stub, Date.now, stop.signal),
    store,
  });
  await until(async () => (await store.backfills.note()) !== undefined);
  const day = dayOf(from);
  const args = ["backfill", "--from", day, "--to", day, "--database-url", file];
  const { status, stdout, stderr } = await run(PROGRAM, args);
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(
    /^Read from Twilio: 1 day with 48 messages; (nothing was missing|48 events were missing and are recorded now)\.\n$/,
  );
  stop.abort();
  await keeping;
  expect((await ledgerOf(store)).size).toBe(48);
  expect(await store.audit.list({ size: 1 })).toMatchObject([
    { action: "asked for the messages that Twilio has", subject: day },
  ]);
});
