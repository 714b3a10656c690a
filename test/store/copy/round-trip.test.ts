import { SQL } from "bun";
import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { join } from "node:path";
import { NUMBERED_TABLES } from "../../../src/store/copy/copied-tables.ts";
import { openEngine } from "../../../src/store/open.ts";
import type { NewEvent } from "../../../src/store/store.ts";
import { fc } from "../../support/fast-check.ts";
import { openStore } from "../../support/open-store.ts";
import { newPostgresDatabase } from "../../support/postgres-server.ts";
import { randomFromSeed } from "../../support/seed.ts";
import { tempDir } from "../../support/temp-dir.ts";
import { newMessageSid } from "../../support/twilio-client.ts";
import { arbitraryReport } from "../arbitrary-reports.ts";
import { readingSettled } from "../settled.ts";
import {
  COPIED_TABLES,
  copyAll,
  dumpOfFile,
  dumpOfServer,
  fill,
} from "./ledgers.ts";
import { runsOf } from "../../support/long-runs.ts";

const ARRIVAL = Date.UTC(2026, 10, 23, 12, 30);

/** Each takes seconds, so a failed case isn't made smaller. */
const RUNS = { numRuns: runsOf(4), endOnFailure: true };

/** Reports of six messages and two accounts. */
const arbitraryHistory = fc.array(
  fc.record({
    message: fc.nat({ max: 5 }),
    report: arbitraryReport(fc.constantFrom("ACa", "ACa", "ACb")),
    later: fc.nat({ max: 200_000_000 }),
  }),
  { minLength: 1, maxLength: 40 },
);

test("no table is forgotten", async () => {
  using folder = tempDir();
  const file = join(folder.path, "smsledger.db");
  await (await openStore(file)).close();
  using db = new Database(file);
  const own = db
    .query("SELECT name FROM sqlite_schema WHERE type = 'table'")
    .values()
    .flat();
  expect(own.map(String).toSorted()).toEqual(
    [
      ...COPIED_TABLES,
      "highest_ids",
      "ledger",
      "sqlite_sequence",
      "write_checks",
    ].toSorted(),
  );
  await using database = await newPostgresDatabase();
  await (await openStore(database.url)).close();
  await using sql = new SQL(database.url, { max: 1 });
  const tables: { name: string }[] =
    await sql`SELECT relname::text AS name FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition
      AND relnamespace = 'public'::regnamespace`;
  expect(tables.map(({ name }) => name).toSorted()).toEqual(
    [
      ...COPIED_TABLES,
      "chores",
      "copying",
      "detached_partitions",
      "highest_ids",
      "inbox",
      "inbox_set_aside",
      "keeper",
      "ledger",
      "message_partitions",
      "message_sids",
      "received_meanwhile",
      "receipts",
      "request_windows",
      "smsledger_schema",
      "write_checks",
    ].toSorted(),
  );
});

test("whatever a ledger has is the same in PostgreSQL, and in SQLite after that", async () => {
  const random = randomFromSeed();
  await fc.assert(
    fc.asyncProperty(arbitraryHistory, async (history) => {
      using folder = tempDir();
      await using database = await newPostgresDatabase();
      const [file, back] = [
        join(folder.path, "smsledger.db"),
        join(folder.path, "back.db"),
      ];
      const sids = Array.from({ length: 6 }, newMessageSid);
      await record(file, eventsOf(history, sids));
      fill(file, random);
      const before = dumpOfFile(file);
      await copyAll(file, database.url);
      expect(await dumpOfServer(database.url)).toEqual(before);
      await copyAll(database.url, back);
      expect(dumpOfFile(back)).toEqual(before);
      expect(sequencesOf(back)).toMatchObject(sequencesOf(file));
      for (const each of [file, database.url])
        expect(await openEngine(each).exists()).toBe(true);
    }),
    RUNS,
  );
}, 300_000);

test("callbacks after a move have the outcomes, and make the state, that they would have before", async () => {
  const arbitraryCase = fc.tuple(arbitraryHistory, arbitraryHistory);
  await fc.assert(
    fc.asyncProperty(arbitraryCase, async ([history, later]) => {
      using folder = tempDir();
      await using database = await newPostgresDatabase();
      const file = join(folder.path, "smsledger.db");
      const back = join(folder.path, "back.db");
      const sids = Array.from({ length: 6 }, newMessageSid);
      await record(file, eventsOf(history, sids));
      await copyAll(file, database.url);
      await copyAll(database.url, back);
      const repeated = [...history.slice(0, 10), ...later];
      const events = eventsOf(repeated, sids, ARRIVAL + 200_000_000);
      const expected = await record(file, events);
      expect(await record(database.url, events)).toEqual(expected);
      expect(await record(back, events)).toEqual(expected);
    }),
    RUNS,
  );
}, 300_000);

function eventsOf(
  history: readonly {
    readonly message: number;
    readonly report: NewEvent;
    readonly later: number;
  }[],
  sids: readonly string[],
  from = ARRIVAL,
): NewEvent[] {
  return history.map(({ message, report, later }) => ({
    ...report,
    messageSid: sids[message] ?? "",
    receivedAt: from + later,
  }));
}

/** Records events one by one; resolves to their outcomes and what is known then. */
async function record(databaseUrl: string, events: readonly NewEvent[]) {
  const store = readingSettled(await openStore(databaseUrl));
  try {
    const outcomes = [];
    for (const event of events) outcomes.push(await store.recordEvent(event));
    const messages = (await Array.fromAsync(store.everyMessage())).flat();
    const places = new Map(messages.map(({ id }, place) => [id, place]));
    return {
      outcomes,
      // Engines leave different ids free for what is read later; only the order says something.
      messages: messages.map((each, id) => ({ ...each, id })),
      events: (await Array.fromAsync(store.everyEvent())).flat(),
      end: (await store.feedEnd()).text,
      failing: (await store.failingRecipients({ size: 100 })).map((each) => ({
        ...each,
        lastFailureId: places.get(each.lastFailureId),
      })),
      counts: (
        await store.tally({
          range: { from: 0, to: Date.UTC(3000, 0, 1) },
          by: "errorCode",
        })
      ).toSorted((a, b) => (String(a.key) < String(b.key) ? -1 : 1)),
    };
  } finally {
    await store.close();
  }
}

/** The highest ids that an SQLite database has given. */
function sequencesOf(file: string): Record<string, number> {
  using db = new Database(file, { readonly: true });
  return Object.fromEntries(
    db
      .query<[string, number], []>("SELECT name, seq FROM sqlite_sequence")
      .values()
      .filter(([name]) =>
        ["events", ...NUMBERED_TABLES].includes(String(name)),
      ),
  );
}
