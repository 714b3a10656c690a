import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createLog } from "../../src/log.ts";
import {
  openSqliteReader,
  openSqliteStore,
} from "../../src/store/sqlite/sqlite-store.ts";
import type { Stores } from "../../src/store/stores.ts";
import { backupName } from "../../src/upkeep/backup-files.ts";
import { retentionCut } from "../../src/upkeep/retention.ts";
import { doUpkeep } from "../../src/upkeep/upkeep.ts";
import { eventOf } from "../store/events.ts";
import { eventually } from "../store/eventually.ts";
import { tempDir } from "../support/temp-dir.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let folder: ReturnType<typeof tempDir>;
let databaseFile: string;
let backupFolder: string;
let store: Stores;
beforeEach(async () => {
  folder = tempDir();
  databaseFile = join(folder.path, "smsledger.db");
  backupFolder = join(folder.path, "backups", "here");
  store = await openSqliteStore(databaseFile, (error) => {
    throw error;
  });
});
afterEach(async () => {
  await store.close();
  folder[Symbol.dispose]();
});

/** Does the chores until they did what is expected. */
async function upkeepUntil(
  settings: {
    readonly retentionDays?: number;
    readonly backupFolder?: string;
    readonly backupsKept?: number;
  },
  check: () => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const ended = doUpkeep({
    config: {
      databaseFile,
      retentionDays: settings.retentionDays ?? 0,
      backupFolder: settings.backupFolder,
      backupsKept: settings.backupsKept ?? 7,
    },
    store: store.upkeep,
    log: createLog("silent", "json"),
    now: Date.now,
    stopping: stop.signal,
    beginAfterMs: 0,
  });
  try {
    await eventually(check);
  } finally {
    stop.abort();
    await ended;
  }
}

test("days are cut at midnight in UTC, and the begun one is kept beside them", () => {
  const at = (time: string) => Date.parse(time);
  expect(retentionCut(at("2026-11-23T00:00:00Z"), 1)).toBe(
    at("2026-11-22T00:00:00Z"),
  );
  expect(retentionCut(at("2026-11-23T23:59:59.999Z"), 90)).toBe(
    at("2026-08-25T00:00:00Z"),
  );
});

test("with RETENTION_DAYS old messages are deleted soon after the start, and that is noted", async () => {
  const now = Date.now();
  for (const age of [0, 5, 20])
    await store.recordEvent(eventOf({}, { receivedAt: now - age * DAY_MS }));
  await upkeepUntil({ retentionDays: 10 }, async () => {
    const { retention } = await store.upkeep.state();
    expect(retention).toMatchObject({ messages: 1, events: 1 });
    expect(retention?.at).toBeGreaterThanOrEqual(now);
  });
  expect(await store.messagesAfter(0, 10)).toHaveLength(2);
});

test("with BACKUP_FOLDER a backup is written there, and not again within a day, also after a restart", async () => {
  const event = eventOf({});
  await store.recordEvent(event);
  await upkeepUntil({ backupFolder }, async () => {
    const { backup, backupFailure } = await store.upkeep.state();
    expect(backupFailure).toBeUndefined();
    expect(backup?.bytes).toBeGreaterThan(10_000);
  });
  const [name = "", ...others] = readdirSync(backupFolder);
  expect(others).toEqual([]);
  const reader = openSqliteReader(join(backupFolder, name));
  expect(await reader.timeline(event.messageSid)).toHaveLength(1);
  await reader.close();
  await upkeepUntil({ backupFolder }, () => Bun.sleep(300));
  expect(readdirSync(backupFolder)).toEqual([name]);
});

/** No process can have this id. */
const NO_PROCESS = 2 ** 22 + 1;

test("the oldest backups are deleted once a new one is whole, and what a killed one left; nothing else is", async () => {
  mkdirSync(backupFolder, { recursive: true });
  const now = Date.now();
  const old = [26, 50, 74].map((hours) => backupName(now - hours * HOUR_MS));
  const left = `${backupName(now - HOUR_MS)}.partial-${NO_PROCESS}`;
  const lefts = [left, `${left}-journal`];
  for (const name of [...old, ...lefts, "mine.db", "smsledger.db"])
    writeFileSync(join(backupFolder, name), "");
  await upkeepUntil({ backupFolder, backupsKept: 2 }, async () => {
    const names = readdirSync(backupFolder);
    expect(names).toHaveLength(4);
    expect(names).toContain(old[0] ?? "");
    expect(names).toContain("mine.db");
    expect(names).toContain("smsledger.db");
  });
});

test("a backup that fails is told plainly, leaves the others alone, and is taken back by the next that is whole", async () => {
  writeFileSync(join(folder.path, "backups"), "a file");
  await upkeepUntil({ backupFolder }, async () => {
    const { backup, backupFailure } = await store.upkeep.state();
    expect(backup).toBeUndefined();
    expect(backupFailure?.reason).toBe(
      "BACKUP_FOLDER cannot be made or read. Check it and its permissions.",
    );
  });
  const other = join(folder.path, "other");
  await upkeepUntil({ backupFolder: other }, async () => {
    const { backup, backupFailure } = await store.upkeep.state();
    expect(backup).toBeDefined();
    expect(backupFailure).toBeUndefined();
  });
});

test("what the command says of a failure is passed on", async () => {
  databaseFile = join(folder.path, "none.db");
  await upkeepUntil({ backupFolder }, async () => {
    const { backupFailure } = await store.upkeep.state();
    expect(backupFailure?.reason).toBe(
      `There is no database ${databaseFile}. Check DATABASE_URL.`,
    );
  });
  expect(readdirSync(backupFolder)).toEqual([]);
});
