import { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { join } from "node:path";
import { planHistory } from "../../../src/simulation/history.ts";
import { seededRandom } from "../../../src/simulation/random.ts";
import { recordHistory } from "../../../src/simulation/record-history.ts";
import { MIGRATIONS } from "../../../src/store/sqlite/migrations/migrations.ts";
import { DELIVERY_TIMES_FROM_MS } from "../../../src/store/core/rollup-table.ts";
import { openStore } from "../../support/open-store.ts";
import type { Store } from "../../../src/store/store.ts";
import { MINUTES_KEPT } from "../../../src/store/tally.ts";
import { tempDir } from "../../support/temp-dir.ts";
import { eventOf } from "../events.ts";
import { until } from "../../support/until.ts";
import { makeFirstVersion } from "./first-version.ts";

const TO = Date.UTC(2026, 10, 23, 12, 30);
/** With the end of a week after it. */
const FROM = TO - 6 * 24 * 3_600_000;

/** They are removed last. */
const MINUTES_TO_REMOVE = `SELECT count(*) AS minutes FROM rollups
  WHERE grain = 60 AND bucket < ${TO / 60_000 - MINUTES_KEPT + 1}`;

let folder: ReturnType<typeof tempDir>;
beforeEach(() => {
  folder = tempDir();
});
afterEach(() => folder[Symbol.dispose]());

test("a database of the first version, once upgraded, equals a new one", async () => {
  const written = join(folder.path, "written.db");
  const upgraded = join(folder.path, "upgraded.db");
  const store = await open(written);
  await recordSome(store);
  await store.recordEvent(eventOf({}, { receivedAt: TO }));
  await until(async () => {
    using db = new Database(written, { readonly: true });
    expect(rowsOf(db, MINUTES_TO_REMOVE)).toEqual([{ minutes: 0 }]);
  });
  await store.close();
  makeFirstVersion(upgraded, written);
  await (await open(upgraded)).close();

  using ofWritten = new Database(written, { readonly: true });
  using ofUpgraded = new Database(upgraded, { readonly: true });
  for (const query of [
    "SELECT * FROM messages",
    "SELECT * FROM failing_recipients",
    "SELECT * FROM rollup_clock",
    "SELECT * FROM rollups",
    "SELECT * FROM rollups WHERE grain = 604800",
    "SELECT * FROM message_minutes",
    "SELECT name, sql FROM sqlite_schema ORDER BY name",
  ]) {
    const rows = rowsOf(ofUpgraded, query);
    expect(rows.length).toBeGreaterThan(0);
    expect(rows).toEqual(rowsOf(ofWritten, query));
  }
  // Each names its own ledger.
  const ids = [ofUpgraded, ofWritten].flatMap((db) =>
    db.query("SELECT id FROM ledger").values().flat().map(String),
  );
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{16}$/);
  expect(new Set(ids).size).toBe(2);
  const outside = `SELECT messages.id FROM messages
    LEFT JOIN message_hours ON hour = first_event_at / 3600000
    WHERE hour IS NULL OR messages.id NOT BETWEEN first_id AND last_id`;
  expect(rowsOf(ofUpgraded, outside)).toEqual([]);
  expect(rowsOf(ofWritten, outside)).toEqual([]);
});

test("an empty database of the first version is upgraded and can record", async () => {
  const empty = join(folder.path, "empty.db");
  const upgraded = join(folder.path, "upgraded.db");
  await (await open(empty)).close();
  makeFirstVersion(upgraded, empty);
  const store = await open(upgraded);
  await recordSome(store, 20);
  const rows = await store.tally({ range: { from: FROM, to: TO } });
  expect(rows).toHaveLength(1);
  await store.close();
});

test("the upgrade puts delivery times in the same bins as this version does", () => {
  const places = DELIVERY_TIMES_FROM_MS.map(
    (fromMs, place) => `(${fromMs}, ${place})`,
  );
  const [, rollups] = MIGRATIONS;
  const [, written = ""] =
    /INSERT INTO delivery_times VALUES([^;]*);/.exec(String(rollups)) ?? [];
  expect(written.replace(/,\s+\(/g, ",(").trim()).toBe(places.join());
});

function open(file: string): Promise<Store> {
  return openStore(file);
}

/** Records six days of made-up callbacks; one in twenty arrives hundreds of others late. */
async function recordSome(store: Store, messages = 2_000): Promise<void> {
  const random = seededRandom([1, 2, 3]);
  const accountSid = `AC${"0".repeat(32)}`;
  const history = planHistory(random, {
    accountSid,
    from: FROM,
    to: TO,
    messages,
  });
  const inOrderOfArrival = history
    .map((callback, index) => ({
      callback,
      place: index + (index % 20 === 7 ? 400 : 0),
    }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ callback }) => callback);
  const { signal } = new AbortController();
  await recordHistory(store, inOrderOfArrival, signal);
}

function rowsOf(db: Database, query: string): unknown[] {
  using statement = db.prepare<unknown, []>(query);
  return statement.all();
}
