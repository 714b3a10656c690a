import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createLog } from "../../src/log/log.ts";
import { openStore } from "../support/open-store.ts";
import { openReader } from "../../src/store/sqlite/beside.ts";
import type { Stores } from "../../src/store/stores.ts";
import { backupName } from "../../src/upkeep/backup-files.ts";
import { retentionCut } from "../../src/upkeep/retention.ts";
import { doUpkeep } from "../../src/upkeep/upkeep.ts";
import { addPerson } from "../account/people.ts";
import { eventOf } from "../store/events.ts";
import { until } from "../support/until.ts";
import { tempDir } from "../support/temp-dir.ts";
import { messagesIn } from "../support/rows.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let folder: ReturnType<typeof tempDir>;
let databaseUrl: string;
let backupFolder: string;
let store: Stores;
let now: () => number;
beforeEach(async () => {
  now = Date.now;
  folder = tempDir();
  databaseUrl = join(folder.path, "smsledger.db");
  backupFolder = join(folder.path, "backups", "here");
  store = await openStore(databaseUrl);
});
afterEach(async () => {
  await store.close();
  folder[Symbol.dispose]();
});

/** A backup's process has the lowest priority, so on a busy machine it waits for everything else. */
const PATIENCE_MS = 240_000;
const TIMEOUT_MS = 300_000;

/** Runs the chores until they did what is expected. */
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
      databaseUrl,
      retentionDays: settings.retentionDays ?? 0,
      backupFolder: settings.backupFolder,
      backupsKept: settings.backupsKept ?? 7,
    },
    store: store.upkeep,
    log: createLog("silent", "json"),
    now,
    stopping: stop.signal,
    beginAfterMs: 0,
  });
  try {
    await until(check, PATIENCE_MS);
  } finally {
    stop.abort();
    await ended;
  }
}

test("days end at midnight UTC, and today is kept in addition to them", () => {
  const cut = (time: string, days: number) => {
    const now = Date.parse(time);
    const record = { seenAt: now, gaps: [] };
    return retentionCut(
      { now, record, wasSetBack: false, latestEventAt: now },
      days,
    );
  };
  const before = (time: string) => ({ before: Date.parse(time) });
  expect(cut("2026-11-23T00:00:00Z", 1)).toEqual(
    before("2026-11-22T00:00:00Z"),
  );
  expect(cut("2026-11-23T23:59:59.999Z", 90)).toEqual(
    before("2026-08-25T00:00:00Z"),
  );
});

test("nothing newer than the latest event allows is deleted, and nothing at all if that's over a day old", () => {
  const cut = (now: string, latest: string) => {
    const at = Date.parse(now);
    const record = { seenAt: at, gaps: [] };
    const latestEventAt = Date.parse(latest);
    return retentionCut(
      { now: at, record, wasSetBack: false, latestEventAt },
      1,
    );
  };
  expect(cut("2026-11-23T01:00:00Z", "2026-11-22T23:00:00Z")).toEqual({
    before: Date.parse("2026-11-21T00:00:00Z"),
  });
  expect(cut("2026-11-23T23:01:00Z", "2026-11-22T23:00:00Z")).toEqual({
    pause: expect.stringContaining(
      "The clock of this machine says 2026-11-23 23:01 UTC, 1 d after the latest event (2026-11-22 23:00 UTC).",
    ),
  });
});

test("with RETENTION_DAYS, old messages are deleted soon after the start, and the run is noted", async () => {
  const begun = Date.now();
  for (const age of [20, 5, 0])
    await store.recordEvent(eventOf({}, { receivedAt: begun - age * DAY_MS }));
  await upkeepUntil({ retentionDays: 10 }, async () => {
    const { retention } = await store.upkeep.state();
    expect(retention).toMatchObject({ messages: 1, events: 1 });
    expect(retention?.at).toBeGreaterThanOrEqual(begun);
  });
  expect(await messagesIn(store)).toHaveLength(2);
});

test("a clock that jumped ahead deletes nothing, not even once events arrive by it", async () => {
  const today = Date.now();
  for (const age of [8, 5, 0])
    await store.recordEvent(eventOf({}, { receivedAt: today - age * DAY_MS }));
  const wrong = today + 2 * 365 * DAY_MS;
  now = () => wrong;
  await upkeepUntil({ retentionDays: 10 }, async () => {
    const { retention, retentionPause } = await store.upkeep.state();
    expect(retention).toBeUndefined();
    expect(retentionPause?.reason).toContain("730 d");
  });
  // A callback arrives while the clock is wrong.
  await store.recordEvent(eventOf({}, { receivedAt: wrong }));
  await upkeepUntil({ retentionDays: 10 }, async () => {
    const { retention, retentionPause } = await store.upkeep.state();
    expect(retention).toMatchObject({ messages: 0, at: wrong });
    expect(retentionPause).toBeUndefined();
  });
  // The clock is corrected, and deletes what is old by then.
  const later = today + 3 * DAY_MS;
  await store.recordEvent(eventOf({}, { receivedAt: later }));
  for (const before of [2, 1])
    await store.upkeep.readClock(later - before * DAY_MS);
  now = () => later;
  await upkeepUntil({ retentionDays: 10 }, async () => {
    const { retention } = await store.upkeep.state();
    expect(retention).toMatchObject({ messages: 1, at: later });
  });
  expect(await messagesIn(store)).toHaveLength(4);
});

test("ended sessions are removed, and all of them if the clock was set back", async () => {
  const begun = Date.now();
  const { accounts } = store;
  const moId = await addPerson(accounts, "mo", "member");
  const signIn = async (at: number): Promise<void> => {
    const known = await accounts.passwordOf("mo");
    await accounts.signIn(
      {
        userId: moId,
        passwordHash: known?.hash ?? "",
        tokenHash: String(at),
        device: "",
        replacedHash: null,
        guessed: [],
      },
      { at, actor: "mo", address: null },
    );
  };
  const sessions = async (at: number) =>
    (await accounts.sessionsOf(moId, at)).length;
  await signIn(begun);
  now = () => begun + 8 * DAY_MS;
  await upkeepUntil({}, async () => {
    expect(await sessions(begun)).toBe(0);
  });
  await signIn(begun);
  now = () => begun + 2 * DAY_MS;
  await upkeepUntil({}, async () => {
    expect(await sessions(begun)).toBe(0);
  });
});

test("a server that was off for weeks deletes old messages once it has run for that much longer", async () => {
  const begin = Date.now();
  await store.recordEvent(eventOf({}, { receivedAt: begin }));
  await store.upkeep.readClock(begin);
  const back = begin + 60 * DAY_MS;
  for (const day of [0, 1, 2, 3]) {
    const at = back + day * DAY_MS;
    await store.recordEvent(eventOf({}, { receivedAt: at }));
    now = () => at;
    await upkeepUntil({ retentionDays: 3 }, async () => {
      const { retention } = await store.upkeep.state();
      expect(retention).toMatchObject({ at, messages: day === 3 ? 1 : 0 });
    });
  }
});

test(
  "with BACKUP_FOLDER, a backup is written there, and no other within a day, even after a restart",
  async () => {
    const event = eventOf({});
    await store.recordEvent(event);
    await upkeepUntil({ backupFolder }, async () => {
      const { backup, backupFailure } = await store.upkeep.state();
      expect(backupFailure).toBeUndefined();
      expect(backup?.bytes).toBeGreaterThan(10_000);
    });
    const [name = "", ...others] = readdirSync(backupFolder);
    expect(others).toEqual([]);
    const reader = openReader(join(backupFolder, name));
    expect(await reader.timeline(event.messageSid)).toHaveLength(1);
    await reader.close();
    // By the time that one was written to an empty folder, a second one would be here.
    const empty = join(folder.path, "empty");
    await upkeepUntil({ backupFolder }, () =>
      upkeepUntil({ backupFolder: empty }, async () =>
        expect(readdirSync(empty)).toEqual([expect.stringMatching(/\.db$/)]),
      ),
    );
    expect(readdirSync(backupFolder)).toEqual([name]);
  },
  TIMEOUT_MS,
);

/** No process can have this ID. */
const NO_PROCESS = 2 ** 22 + 1;

test(
  "once a new backup is whole, the oldest ones and what a killed one left are deleted, and nothing else",
  async () => {
    mkdirSync(backupFolder, { recursive: true });
    const begun = Date.now();
    const old = [26, 50, 74].map((hours) =>
      backupName(begun - hours * HOUR_MS),
    );
    const left = `${backupName(begun - HOUR_MS)}.partial-${NO_PROCESS}`;
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
  },
  TIMEOUT_MS,
);

test(
  "backups that a wrong clock dated in the future don't push out others",
  async () => {
    mkdirSync(backupFolder, { recursive: true });
    const begun = Date.now();
    const old = [26, 50].map((hours) => backupName(begun - hours * HOUR_MS));
    const ahead = [400, 401, 402].map((days) =>
      backupName(begun + days * DAY_MS),
    );
    for (const name of [...old, ...ahead])
      writeFileSync(join(backupFolder, name), "");
    await upkeepUntil({ backupFolder, backupsKept: 2 }, async () => {
      const { backup } = await store.upkeep.state();
      expect(backup).toBeDefined();
      const names = readdirSync(backupFolder);
      expect(names.toSorted()).toEqual(
        [old[0] ?? "", backupName(backup?.at ?? 0), ...ahead].toSorted(),
      );
    });
  },
  TIMEOUT_MS,
);

test(
  "a failed backup is reported plainly, leaves the others alone, and is cleared by the next whole one",
  async () => {
    writeFileSync(join(folder.path, "backups"), "a file");
    await upkeepUntil({ backupFolder }, async () => {
      const { backup, backupFailure } = await store.upkeep.state();
      expect(backup).toBeUndefined();
      expect(backupFailure?.reason).toBe(
        "Can't create or read BACKUP_FOLDER. Check its path and permissions.",
      );
    });
    const other = join(folder.path, "other");
    await upkeepUntil({ backupFolder: other }, async () => {
      const { backup, backupFailure } = await store.upkeep.state();
      expect(backup).toBeDefined();
      expect(backupFailure).toBeUndefined();
    });
  },
  TIMEOUT_MS,
);

test(
  "the command's own words about a failure are passed on",
  async () => {
    databaseUrl = join(folder.path, "none.db");
    await upkeepUntil({ backupFolder }, async () => {
      const { backupFailure } = await store.upkeep.state();
      expect(backupFailure?.reason).toBe(
        `There is no database ${databaseUrl}. Check DATABASE_URL.`,
      );
    });
    expect(readdirSync(backupFolder)).toEqual([]);
  },
  TIMEOUT_MS,
);
