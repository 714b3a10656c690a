import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  mkdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { backupFindings } from "../../src/doctor/backups.ts";
import { pauseFindings } from "../../src/doctor/clock.ts";
import { forwardingFindings } from "../../src/doctor/forwarding.ts";
import { diskFinding } from "../../src/doctor/disk.ts";
import type { Finding } from "../../src/words/finding.ts";
import { openEngine } from "../../src/store/open.ts";
import type { UpkeepState } from "../../src/store/upkeep.ts";
import { openStore } from "../support/open-store.ts";
import { addSampleEndpoint } from "../forwarding/sample-endpoints.ts";
import { eventOf } from "../store/events.ts";
import { lockDatabase } from "../support/locked-database.ts";
import { ON_DISK, tempDir } from "../support/temp-dir.ts";

const GB = 1_000_000_000;

const words = (findings: readonly Finding[]) =>
  findings.map(({ level, text }) => `${level}: ${text}`);
const faults = (findings: readonly Finding[]) =>
  words(findings).filter((each) => !each.startsWith("fine"));

/** Makes a database with some events, and closes it. */
async function databaseIn(folder: string, events = 50): Promise<string> {
  const file = join(folder, "smsledger.db");
  chmodSync(folder, 0o700);
  const store = await openStore(file);
  for (let count = 0; count < events; count++)
    await store.recordEvent(eventOf({}, { receivedAt: Date.now() }));
  await store.close();
  return file;
}

/** Returns the offset of the events table's page, and its length. */
function placeOfEvents(file: string): { root: number; bytes: number } {
  using db = new Database(file, { readonly: true });
  const [[page] = []] = db
    .prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'events'")
    .values();
  const [[bytes] = []] = db.prepare("PRAGMA page_size").values();
  return { root: (Number(page) - 1) * Number(bytes), bytes: Number(bytes) };
}

const look = (file: string, isServerRunning = false) =>
  openEngine(file).check({ isServerRunning, now: Date.now() });

describe("the database", () => {
  test("of a stopped server is fine, and no file is left next to it", async () => {
    using folder = tempDir(ON_DISK);
    const file = await databaseIn(folder.path);
    const { findings, bytes, bytesPerDay, users, upkeep } = await look(file);
    expect(faults(findings)).toEqual([]);
    expect(words(findings).join("\n")).toContain("all of it was checked");
    expect(bytes).toBe(statSync(file).size);
    expect(bytesPerDay).toBeGreaterThan(bytes / 2);
    expect(users).toEqual({ withPassword: 0, admins: 0 });
    expect(upkeep?.backup).toBeUndefined();
    expect(statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0).toBe(
      0,
    );
  });

  test("has endpoints whose filters this version can't read, to which nothing is sent", async () => {
    using folder = tempDir(ON_DISK);
    const file = await databaseIn(folder.path, 0);
    const store = await openStore(file);
    const filters = { plain: "", good: "status:failed", bad: "status:x" };
    for (const [name, filter] of Object.entries(filters))
      await addSampleEndpoint(store, name, { filter });
    await store.close();
    const { endpoints } = await look(file);
    expect(words(forwardingFindings(endpoints))).toEqual([
      "wrong: Nothing is sent to the endpoint bad: this version can't read its filter.",
    ]);
  });

  test("that doesn't exist is created by a server that starts, but a running one has another", async () => {
    using folder = tempDir(ON_DISK);
    const file = join(folder.path, "nowhere/smsledger.db");
    expect(words((await look(file)).findings)).toEqual([
      `note: There is no database yet: ${file} doesn't exist.`,
    ]);
    expect(words((await look(file, true)).findings)).toEqual([
      `wrong: The server is running, but not with ${file}, which doesn't exist.`,
    ]);
  });

  test("can be a folder, another program's, not a database, empty, or of a newer version", async () => {
    using folder = tempDir(ON_DISK);
    const path = (name: string) => join(folder.path, name);
    mkdirSync(path("folder"));
    writeFileSync(path("text"), "This is no database at all.\n".repeat(100));
    writeFileSync(path("empty"), "");
    using foreign = new Database(path("foreign"));
    foreign.run("CREATE TABLE theirs (id INTEGER)");
    const newer = await databaseIn(path("folder"));
    using writer = new Database(newer);
    writer.run("PRAGMA user_version = 9999");
    for (const [file, start] of [
      [path("folder"), "wrong: "],
      [path("text"), "wrong: "],
      [path("foreign"), "wrong: "],
      [newer, "wrong: "],
      [path("empty"), "note: The database is empty."],
    ] as const) {
      const [first, ...rest] = words((await look(file)).findings);
      expect([file, first]).toEqual([file, expect.stringContaining(start)]);
      expect(rest).toEqual([]);
    }
  });

  test("that another process keeps locked is reported", async () => {
    using folder = tempDir(ON_DISK);
    const file = await databaseIn(folder.path);
    using other = lockDatabase(file);
    expect(faults((await look(file)).findings)).toEqual([
      "wrong: It can't be written. The database is locked by another process. End that process, and try again.",
    ]);
    other.run("ROLLBACK");
  });

  test("that is damaged is reported, with what was found before", async () => {
    using folder = tempDir(ON_DISK);
    const file = await databaseIn(folder.path);
    const { root, bytes } = placeOfEvents(file);
    const handle = await open(file, "r+");
    await handle.write(new Uint8Array(bytes).fill(0xa5), 0, null, root);
    await handle.close();
    const { findings } = await look(file);
    expect(faults(findings)).toEqual(["wrong: The database is damaged."]);
    expect(findings[0]?.level).toBe("fine");
  });

  test("that was cut short is reported as damaged", async () => {
    using folder = tempDir(ON_DISK);
    const file = await databaseIn(folder.path, 300);
    truncateSync(file, 60_000);
    const all = faults((await look(file)).findings);
    expect(all.join()).toContain("damaged");
  });

  test("that others can read gets a note, unless they can't reach it", async () => {
    using folder = tempDir(ON_DISK);
    const file = await databaseIn(folder.path);
    chmodSync(file, 0o644);
    expect(faults((await look(file)).findings)).toEqual([]);
    chmodSync(folder.path, 0o755);
    const [finding] = (await look(file)).findings.filter(
      ({ level }) => level !== "fine",
    );
    expect(finding?.text).toStartWith("Other users of this machine can read");
    expect(finding?.advice).toContain(`chmod 600 '${file}'`);
  });

  test.skipIf(process.platform !== "linux")(
    "in memory only is wrong (Linux)",
    async () => {
      const path = `/dev/shm/smsledger-test-${process.pid}`;
      mkdirSync(path);
      try {
        const file = await databaseIn(path);
        expect(faults((await look(file)).findings)).toEqual([
          "wrong: The database is only in memory and will be lost when this machine restarts.",
        ]);
      } finally {
        rmSync(path, { recursive: true });
      }
    },
  );
});

describe("the disk", () => {
  const roomOf = async (folder: string) =>
    (await openEngine(join(folder, "smsledger.db")).space()).disk;
  const say = async (bytes: number, bytesPerDay?: number, keptDays = 0) => {
    const room = await roomOf(import.meta.dir);
    const { level, text } = diskFinding(room, { bytes, bytesPerDay }, keptDays);
    return `${level}: ${text}`;
  };

  test("has space, is almost full, or has no space for a copy of the database", async () => {
    expect(await say(1_000)).toMatch(
      /^fine: .* free on the database's disk\.$/,
    );
    expect(await say(1_000, 10)).toContain("enough for years");
    expect(await say(1_000 * GB)).toStartWith("note: ");
    expect(await say(GB, 1_000 * GB)).toMatch(
      /^wrong: .* enough for \d days\.$/,
    );
  });

  test("isn't almost full if old messages are deleted in time", async () => {
    expect(await say(1_000, 1_000 * GB, 0)).toStartWith("wrong: ");
    expect(await say(1_000, 100 * GB, 1_000)).toStartWith("wrong: ");
    const room = await roomOf(import.meta.dir);
    expect(await say(1_000, (room?.freeBytes ?? 0) / 10, 5)).toStartWith(
      "fine: ",
    );
  });
});

describe("backups", () => {
  const now = Date.UTC(2026, 10, 23, 12);
  const HOUR_MS = 3_600_000;
  const nothing = {
    backup: undefined,
    backupFailure: undefined,
    retention: undefined,
    retentionFailure: undefined,
    retentionPause: undefined,
  };

  test("are missing, recent, too old, or failed", () => {
    using folder = tempDir(ON_DISK);
    const disk = undefined;
    const sayOf = (
      backupFolder: string | undefined,
      noted: Partial<UpkeepState>,
    ) =>
      words(
        backupFindings(
          { backupFolder },
          { disk, upkeep: { ...nothing, ...noted } },
          now,
        ),
      );
    const say = (noted: Partial<UpkeepState>) => sayOf(folder.path, noted);
    expect(sayOf(undefined, {})).toEqual([
      "note: No backups are written: BACKUP_FOLDER isn't set.",
    ]);
    expect(say({})).toEqual(["note: No backup has been written yet."]);
    const backup = { at: now - 20 * HOUR_MS, bytes: 1 };
    expect(say({ backup })).toEqual([
      "fine: The latest backup was written 20 h ago.",
    ]);
    expect(say({ backup: { at: now - 50 * HOUR_MS, bytes: 1 } })).toEqual([
      "wrong: The latest backup was written 2 d ago; there should be one every day.",
    ]);
    const ahead = now + 48 * HOUR_MS;
    const aheadDay = new Date(ahead).toISOString().slice(0, 10);
    expect(say({ backup: { at: ahead, bytes: 1 } })).toEqual([
      `wrong: The latest backup is dated ${aheadDay}, in the future: the clock was wrong.`,
    ]);
    const backupFailure = { at: now - HOUR_MS, reason: "The disk is full." };
    expect(say({ backup, backupFailure })).toEqual([
      "wrong: The latest backup failed 1 h ago. The disk is full.",
    ]);
  });

  test("retention that waits because the clock may be wrong is reported", () => {
    expect(pauseFindings(nothing)).toEqual([]);
    const retentionPause = { at: now, reason: "The clock is ahead." };
    expect(words(pauseFindings({ ...nothing, retentionPause }))).toEqual([
      "note: Retention is paused. The clock is ahead.",
    ]);
  });

  test("on the database's disk are lost with it, and a missing folder accepts none", async () => {
    using folder = tempDir(ON_DISK);
    const { disk } = await openEngine(
      join(folder.path, "smsledger.db"),
    ).space();
    const upkeep = { ...nothing, backup: { at: now, bytes: 1 } };
    const say = (backupFolder: string) =>
      faults(backupFindings({ backupFolder }, { disk, upkeep }, now));
    expect(say(folder.path)).toEqual([
      "note: The backups are on the same disk as the database and would be lost with it.",
    ]);
    expect(say(join(folder.path, "nowhere"))).toEqual([
      expect.stringContaining("wrong: BACKUP_FOLDER, "),
    ]);
  });
});
