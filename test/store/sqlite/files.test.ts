import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { openStore } from "../../support/open-store.ts";
import { openReader } from "../../../src/store/sqlite/beside.ts";
import { StoreUnusable, type Store } from "../../../src/store/store.ts";
import { tempDir } from "../../support/temp-dir.ts";
import { eventOf } from "../events.ts";
import { until } from "../../support/until.ts";
import { expectRecount } from "../recount.ts";
import { eventsIn, messagesIn } from "../../support/rows.ts";

const MINUTE_MS = 60_000;

const ANOTHER_PROGRAM = /belongs to another program\. Set DATABASE_URL/;

let folder: ReturnType<typeof tempDir>;
let file: string;
beforeEach(() => {
  folder = tempDir();
  file = join(folder.path, "data", "smsledger.db");
});
afterEach(() => folder[Symbol.dispose]());

function open(path = file): Promise<Store> {
  return openStore(path);
}

test("only the owner can access the database, its log and its folder", async () => {
  const umask = process.umask(0o077);
  try {
    const store = await open();
    await store.recordEvent(eventOf({}));
    const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
    expect(modeOf(dirname(file))).toBe("700");
    const files = readdirSync(dirname(file));
    expect(files).toContain("smsledger.db-wal");
    for (const each of files)
      expect([each, modeOf(join(dirname(file), each))]).toEqual([each, "600"]);
    await store.close();
  } finally {
    process.umask(umask);
  }
});

test("missing parent folders are created, and an existing folder keeps its mode", async () => {
  const deep = join(folder.path, "a", "b", "c", "smsledger.db");
  await (await open(deep)).close();
  await mkdir(dirname(file), { mode: 0o755 });
  const { mode } = statSync(dirname(file));
  await (await open()).close();
  expect(statSync(dirname(file)).mode).toBe(mode);
});

test("recorded messages are there when the database is opened again", async () => {
  const events = [
    eventOf({ MessageStatus: "sent", Body: "hello" }, { query: "a=1" }),
    eventOf({ MessageStatus: "failed", ErrorCode: "30003" }),
  ];
  const everything = async (store: Store) => ({
    events: await eventsIn(store),
    messages: await messagesIn(store),
    counts: await store.tally({
      range: { from: 0, to: Date.UTC(3000, 0, 1) },
      by: "errorCode",
    }),
  });
  const first = await open();
  for (const event of events) await first.recordEvent(event);
  const before = await everything(first);
  await first.close();
  expect(readdirSync(dirname(file)).toSorted()).toEqual([
    "smsledger.db",
    "smsledger.db-lock",
  ]);

  const second = await open();
  expect(await everything(second)).toEqual(before);
  for (const event of events)
    expect(await second.recordEvent(event)).toBe("repeat");
  expect(await second.recordEvent(eventOf({}))).toBe("new");
  const [, , third] = await messagesIn(second);
  expect(third?.id).toBeGreaterThan(before.messages[1]?.id ?? Infinity);
  await second.close();
});

test("after a clock was a day ahead, counts by the minute are there, even when the database is opened again", async () => {
  const start = Date.UTC(2026, 10, 23, 12, 10);
  const ahead = 24 * 60;
  const range = {
    from: start - 30 * MINUTE_MS,
    to: start + 30 * MINUTE_MS,
  };
  const first = await open();
  for (const minute of [-20, -10, ahead])
    await first.recordEvent(
      eventOf({}, { receivedAt: start + minute * MINUTE_MS }),
    );
  await first.close();

  const second = await open();
  for (const minute of [1, 2, 29])
    await second.recordEvent(
      eventOf({}, { receivedAt: start + minute * MINUTE_MS }),
    );
  await second.close();

  const third = await open();
  await until(() => expectRecount(third, { range, spanMs: MINUTE_MS }));
  await third.close();
  const reader = openReader(file);
  await expectRecount(reader, { range, spanMs: MINUTE_MS });
  await reader.close();
});

test("a reader sees what an open store records", async () => {
  const store = await open();
  const reader = openReader(file);
  const event = eventOf({});
  await store.recordEvent(event);
  expect(await reader.timeline(event.messageSid)).toHaveLength(1);
  await reader.close();
  await store.close();
});

describe("a file that isn't for this version is refused and left unchanged", () => {
  const newer = "PRAGMA user_version = 9999";
  const foreign = "PRAGMA application_id = 1";

  test.each<[string, RegExp, () => void]>([
    [
      "of a newer smsledger",
      /newer smsledger \(schema 9999; this one knows \d+\)\. Nothing was changed\./,
      () => change(newer),
    ],
    ["of another program", ANOTHER_PROGRAM, () => change(foreign)],
    [
      "of another program without an application ID",
      ANOTHER_PROGRAM,
      () => {
        writeFileSync(file, "");
        change("PRAGMA journal_mode = WAL", "CREATE TABLE notes (note TEXT)");
      },
    ],
    [
      "that isn't an SQLite database",
      /isn't an SQLite database\. Set DATABASE_URL/,
      () => writeFileSync(file, "to do: buy milk\n".repeat(100)),
    ],
  ])("one %s", async (_, message, make) => {
    await (await open()).close();
    make();
    await expectRefused(message);
  });

  test("one of another program that keeps no write-ahead log", async () => {
    await (await open()).close();
    change("PRAGMA journal_mode = DELETE", foreign);
    await expectRefused(ANOTHER_PROGRAM);
  });

  test("a folder", async () => {
    await mkdir(file, { recursive: true });
    const refusal = await open().catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(StoreUnusable);
  });

  test("a reader doesn't create a missing database", () => {
    expect(() => openReader(file)).toThrow(StoreUnusable);
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test.each([
    ["a table", "DROP TABLE failing_recipients"],
    ["an index that a query names", "DROP INDEX messages_failed"],
    ["a column", "ALTER TABLE rollup_clock DROP COLUMN days_until"],
  ])("one of ours without %s", async (_, sql) => {
    await (await open()).close();
    change(sql);
    await expectDamaged();
  });

  test("one of ours with overwritten pages", async () => {
    await (await open()).close();
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.fill(0xff, 100, 2_048));
    await expectDamaged();
  });

  async function expectDamaged(): Promise<void> {
    const refusal = await open().catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(StoreUnusable);
    expect(String(refusal)).toMatch(/is damaged or was changed by another/);
  }

  test("an empty file becomes a database", async () => {
    await mkdir(dirname(file));
    writeFileSync(file, "");
    const store = await open();
    expect(await store.recordEvent(eventOf({}))).toBe("new");
    await store.close();
  });

  function change(...statements: readonly string[]): void {
    const db = new Database(file);
    for (const sql of statements) db.run(sql);
    db.close();
  }

  async function expectRefused(message: RegExp): Promise<void> {
    const before = readFileSync(file);
    const namesBefore = readdirSync(dirname(file)).toSorted();
    const refusal = await open().catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(StoreUnusable);
    expect(String(refusal)).toMatch(message);
    expect(readdirSync(dirname(file)).toSorted()).toEqual(namesBefore);
    expect(() => openReader(file)).toThrow(StoreUnusable);
    expect(readFileSync(file).equals(before)).toBe(true);
  }
});
