import { Database } from "bun:sqlite";
import { beforeAll, describe, expect, test } from "bun:test";
import { cpSync, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { openStore } from "../support/open-store.ts";
import { PROGRAM, run, type Ended } from "../cli/program.ts";
import { WORKER } from "../../src/upkeep/own-command.ts";
import { eventOf } from "../store/events.ts";
import { tempDir } from "../support/temp-dir.ts";
import { newMessageSid } from "../support/twilio-client.ts";
import { isLongRun, someOf } from "../support/long-runs.ts";
import { canCompile, compileLibrary } from "./preloaded.ts";

/** Neither command makes more calls than this. */
const CALLS_MAX = 100;

const OLD = newMessageSid();
const BACKED_UP = newMessageSid();

describe.skipIf(!canCompile)(
  "a command killed at any moment (needs a C compiler)",
  () => {
    const made = tempDir();
    let library: string;
    const template = join(made.path, "template");
    beforeAll(async () => {
      library = compileLibrary("kill-at-call.c", made.path);
      await makeTemplate(template);
    });

    /**
     * Runs a command repeatedly, killed one call later each time, until it completes; a short
     * run leaves out calls, others each time.
     */
    async function killedAtEachCall(
      command: (folder: string) => readonly string[],
      check: (folder: string, ended: Ended) => Promise<void>,
    ): Promise<number> {
      const step = isLongRun ? [1] : [3, 4, 5, 6, 7];
      let call = 0;
      while ((call += someOf(step, 1)[0] ?? 1) < CALLS_MAX) {
        using folder = tempDir();
        cpSync(template, folder.path, { recursive: true });
        const ended = await run(PROGRAM, command(folder.path), {
          env: {
            LD_PRELOAD: library,
            KILL_IN: folder.path,
            KILL_AT: String(call),
            // Nobody cleans up after it.
            [WORKER]: "1",
          },
        });
        await check(folder.path, ended);
        if (ended.status === 0) return call;
      }
      throw new Error("It doesn't end.");
    }

    test("a restore leaves the database or the backup in place, and loses neither", async () => {
      const restore = (folder: string) => [
        "restore",
        "--yes",
        join(folder, "backup.db"),
        "--database-url",
        join(folder, "live.db"),
      ];
      const calls = await killedAtEachCall(restore, async (folder, ended) => {
        const before = sidsIn(join(folder, "live.db"));
        if (ended.status === 0) expect(before).toEqual([BACKED_UP]);
        else expect([[OLD], [BACKED_UP]]).toContainEqual(before);
        expect(
          sidsInAll(folder, /^live\.db(\.before-restore-[\w-]+)?$/),
        ).toContain(OLD);
        // Whatever was left behind, the next one completes.
        const again = await run(PROGRAM, restore(folder));
        expect(again).toMatchObject({ status: 0, stderr: "" });
        expect(sidsIn(join(folder, "live.db"))).toEqual([BACKED_UP]);
        expect(
          sidsInAll(folder, /^live\.db\.before-restore-[\w-]+$/),
        ).toContain(OLD);
        expect(
          readdirSync(folder).filter((name) => name.includes("restoring")),
        ).toEqual([]);
      });
      expect(calls).toBeGreaterThan(5);
    }, 180_000);

    test("a backup file has its name only if it is whole", async () => {
      const backup = (folder: string) => [
        "backup",
        join(folder, "new.db"),
        "--database-url",
        join(folder, "live.db"),
      ];
      const calls = await killedAtEachCall(backup, async (folder, ended) => {
        const file = join(folder, "new.db");
        if (ended.status === 0 || existsSync(file))
          expect(sidsIn(file)).toEqual([OLD]);
        expect(sidsIn(join(folder, "live.db"))).toEqual([OLD]);
      });
      expect(calls).toBeGreaterThan(3);
    }, 120_000);
  },
);

/**
 * Makes a database as a killed server leaves it, with data in its log, and a backup of
 * another one.
 */
async function makeTemplate(folder: string): Promise<void> {
  using work = tempDir();
  const live = join(work.path, "live.db");
  const other = join(work.path, "other.db");
  for (const [file, sid] of [
    [live, OLD],
    [other, BACKED_UP],
  ] as const) {
    const store = await openStore(file);
    await store.recordEvent(eventOf({ MessageSid: sid }));
    if (file === live) cpSync(work.path, folder, { recursive: true });
    await store.close();
  }
  expect(existsSync(join(folder, "live.db-wal"))).toBe(true);
  const { status, stderr } = await run(PROGRAM, [
    "backup",
    join(folder, "backup.db"),
    "--database-url",
    other,
  ]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
}

/** Returns the message SIDs in a database in which SQLite finds no damage. */
function sidsIn(file: string): string[] {
  const db = new Database(file, { readwrite: true });
  try {
    expect(db.query("PRAGMA integrity_check").values()).toEqual([["ok"]]);
    return db
      .query<{ sid: string }, []>(
        "SELECT char(unicode(sid)) || 'M' || lower(substr(hex(sid), 3)) AS sid FROM messages",
      )
      .all()
      .map(({ sid }) => sid);
  } finally {
    db.close();
  }
}

function sidsInAll(folder: string, names: RegExp): string[] {
  return readdirSync(folder)
    .filter((name) => names.test(name))
    .flatMap((name) => sidsIn(join(folder, name)));
}
