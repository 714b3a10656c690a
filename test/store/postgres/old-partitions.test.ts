import { SQL } from "bun";
import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { join } from "node:path";
import {
  FIRST_MESSAGE_ID,
  FREE_OF_HOUR,
} from "../../../src/store/core/message-places.ts";
import { costChange } from "../../../src/store/core/cost-table.ts";
import { openEngine } from "../../../src/store/open.ts";
import type { NewEvent } from "../../../src/store/store.ts";
import { fc } from "../../support/fast-check.ts";
import { openStore } from "../../support/open-store.ts";
import { newPostgresLedger } from "../../support/postgres-server.ts";
import { tempDir } from "../../support/temp-dir.ts";
import { newMessageSid } from "../../support/twilio-client.ts";
import { until } from "../../support/until.ts";
import { arbitraryCallback } from "../arbitrary-callbacks.ts";
import { copyAll, dumpOfFile, dumpOfServer } from "../copy/ledgers.ts";
import { eventOf } from "../events.ts";

const HOUR_MS = 3_600_000;
const START = Date.UTC(2026, 10, 23, 12, 30);
/** Messages of a partition. */
const SIZE = 10;

/** Replaces the partitions of an empty ledger by small ones, for messages with these ids; the first has one less. */
async function smallPartitions(
  sql: SQL,
  ids: readonly number[],
): Promise<void> {
  const borders = ids.filter((_, index) => index % SIZE === SIZE - 1);
  const sizes = borders.map((border, place) =>
    place === 0 ? border : border - (borders[place - 1] ?? 0),
  );
  await sql.unsafe(`DROP TABLE messages_1, events_1, message_tags_1;
    DELETE FROM message_partitions;
    ${sizes.map((size) => `SELECT add_message_partition(${size});`).join("\n")}
    UPDATE keeper SET version = version + 1`);
}

/** The ids of a file's messages. */
function idsIn(file: string): number[] {
  using db = new Database(file);
  return db
    .query<{ id: number }, []>("SELECT id FROM messages ORDER BY id")
    .all()
    .map(({ id }) => id);
}

const partitionsIn = async (sql: SQL): Promise<number[]> =>
  (await sql`SELECT number FROM message_partitions ORDER BY number`).map(
    ({ number }: { number: number }) => number,
  );

/** What a message that was deleted whole could leave behind. */
const leftIn = async (sql: SQL) => {
  const [left] = await sql`SELECT
    (SELECT count(*)::int FROM message_sids WHERE NOT EXISTS
      (SELECT FROM messages WHERE messages.sid = message_sids.sid AND messages.id = message_sids.id)) AS sids,
    (SELECT count(*)::int FROM receipts WHERE NOT EXISTS
      (SELECT FROM messages WHERE messages.sid = receipts.sid)) AS receipts,
    (SELECT count(*)::int FROM detached_partitions) AS detached`;
  return left;
};
const NOTHING = { sids: 0, receipts: 0, detached: 0 };

/** Messages over some days, with a few late callbacks, and about as many in each hour as a partition has. */
const arbitraryHistory = fc.array(
  fc.record({
    callbacks: fc.array(
      fc.record({
        callback: arbitraryCallback(fc.constantFrom("ACa", "ACb")),
        later: fc.oneof(fc.nat({ max: 1_000 }), fc.nat({ max: 2 * HOUR_MS })),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    pause: fc.oneof(
      fc.nat({ max: 10 * 60_000 }),
      fc.nat({ max: 20 * HOUR_MS }),
    ),
  }),
  { minLength: 30, maxLength: 60 },
);

/** The events of a made-up history; what a failed case prints is only its number. */
function eventsOf(seed: number): NewEvent[] {
  const [history = []] = fc.sample(arbitraryHistory, { seed, numRuns: 1 });
  let at = START;
  return history.flatMap(({ callbacks, pause }) => {
    at += pause;
    const messageSid = newMessageSid();
    return callbacks.map(({ callback, later }) => ({
      ...callback,
      messageSid,
      receivedAt: at + later,
    }));
  });
}

/** Puts every address on the "do not send" list: entries of deleted messages are checked again. */
function suppressAll(file: string): void {
  using db = new Database(file);
  db.run(`INSERT INTO suppressions (recipient_id, channel, reason, since, message_id, change_id, is_stale)
    SELECT id, 0, 0, 0, 1, id, 0 FROM addresses`);
}

/** Every message was read from Twilio; some have no price yet. */
function priceAll(file: string): void {
  using db = new Database(file);
  db.run(`INSERT INTO message_prices
    SELECT id, 20780 + id % 5, iif(id % 3, '-0.0079', NULL), iif(id % 3, 'USD', NULL),
      iif(id % 3, -7900, 0), 0, 1, id % 4 = 0 FROM messages`);
  db.run(costChange("+", "true"));
}

test("deleting whole partitions leaves what deleting each message does", async () => {
  let detached = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.integer(),
      fc.double({ min: 0.5, max: 1, noNaN: true }),
      async (seed, share) => {
        using folder = tempDir();
        const file = join(folder.path, "smsledger.db");
        const events = eventsOf(seed);
        const cut =
          events[Math.floor((events.length - 1) * share)]?.receivedAt ?? 0;
        const before = Math.floor(cut / HOUR_MS) * HOUR_MS;
        const sqlite = await openStore(file);
        for (const event of events) await sqlite.recordEvent(event);
        await using database = await newPostgresLedger();
        await using sql = new SQL(database.url, { max: 1 });
        await sqlite.close();
        suppressAll(file);
        priceAll(file);
        await smallPartitions(sql, idsIn(file));
        await copyAll(file, database.url);
        const partitions = await partitionsIn(sql);

        const again = await openStore(file);
        const expected = await again.upkeep.prune(before);
        await again.close();
        const command = await openEngine(database.url).openForCommand();
        expect(await command.upkeep.prune(before)).toEqual(expected);
        await command.close();
        expect(await dumpOfServer(database.url)).toEqual(dumpOfFile(file));
        expect(await leftIn(sql)).toEqual(NOTHING);
        detached += partitions.length - (await partitionsIn(sql)).length;
      },
    ),
    { numRuns: 5, endOnFailure: true },
  );
  expect(detached).toBeGreaterThan(0);
}, 300_000);

test("a partition goes in one step; what interrupts the rest is made up for, and a late callback makes a new message", async () => {
  await using database = await newPostgresLedger();
  await using sql = new SQL(database.url, { max: 2 });
  const sids = Array.from({ length: 3 * SIZE }, newMessageSid);
  const idOf = (index: number): number =>
    FIRST_MESSAGE_ID + Math.floor(index / 5) * (FREE_OF_HOUR + 5) + (index % 5);
  await smallPartitions(
    sql,
    sids.map((_, index) => idOf(index)),
  );
  const store = await openStore(database.url);
  for (const [index, MessageSid] of sids.entries())
    await store.recordEvent(
      eventOf(
        { MessageSid, To: `+1415555${1_000 + index}` },
        { receivedAt: START + Math.floor(index / 5) * HOUR_MS },
      ),
    );
  await store.settled();
  const before = START - 30 * 60_000 + 4 * HOUR_MS;
  const stop = new AbortController();
  const pruned = await store.upkeep.prune(before, {
    signal: stop.signal,
    // The first of the second partition goes before, as it's of the same hour as others.
    onProgress: (done) => done === SIZE && stop.abort(),
  });
  expect(pruned).toEqual({ messages: SIZE, events: SIZE });
  expect(await store.messageBySid(sids[0] ?? "")).toBeUndefined();
  expect(await leftIn(sql)).toEqual({ sids: 9, receipts: 9, detached: 1 });

  // The same message again is a new one, and isn't deleted with what is left of the old one.
  await store.recordEvent(
    eventOf(
      { MessageSid: sids[0] ?? "" },
      { receivedAt: START + 40 * HOUR_MS },
    ),
  );
  await store.settled();
  // A dump keeps its locks: then messages are deleted one by one.
  await sql.begin(async (dump) => {
    await dump`SELECT count(*) FROM messages`;
    expect(await store.upkeep.prune(before)).toEqual({
      messages: SIZE,
      events: SIZE,
    });
  });
  expect(await leftIn(sql)).toEqual(NOTHING);
  expect((await store.timeline(sids[0] ?? "")).length).toBe(1);
  expect(await store.recordEvent(eventOf({ MessageSid: sids[1] ?? "" }))).toBe(
    "new",
  );
  await store.upkeep.prune(before);
  await until(async () => expect((await partitionsIn(sql))[0]).toBe(3));
  await store.close();
}, 60_000);
