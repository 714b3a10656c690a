import { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { readdirSync, watch } from "node:fs";
import { join } from "node:path";
import { openStore } from "../support/open-store.ts";
import { eventOf } from "../store/events.ts";
import { tempDir } from "../support/temp-dir.ts";
import { PROGRAM, run } from "./program.ts";
import { someOf } from "../support/long-runs.ts";

let folder: ReturnType<typeof tempDir>;
let database: string;
beforeEach(async () => {
  folder = tempDir();
  database = join(folder.path, "smsledger.db");
  const store = await openStore(database);
  await store.recordEvent(eventOf({}));
  await store.close();
  // Large enough that a copy takes a moment.
  using db = new Database(database);
  db.run("CREATE TABLE filler (bytes BLOB)");
  for (let index = 0; index < 64; index++)
    db.run("INSERT INTO filler VALUES (randomblob(1000000))");
  db.run("PRAGMA wal_checkpoint(TRUNCATE)");
  db.run("VACUUM INTO ?", [join(folder.path, "backup.db")]);
});
afterEach(() => folder[Symbol.dispose]());

const COMMANDS = {
  backup: () => ["backup", join(folder.path, "new.db")],
  restore: () => ["restore", join(folder.path, "backup.db"), "--yes"],
};

/** Lists the folder, without the files of an open database. */
const names = (): string[] =>
  readdirSync(folder.path)
    .filter((name) => !/\.db-(?:wal|shm|lock)$/.test(name))
    .toSorted();

function contents(): unknown {
  using db = new Database(database, { readonly: true });
  expect(db.query("PRAGMA integrity_check").values()).toEqual([["ok"]]);
  return db.query("SELECT id, (SELECT max(id) FROM events) FROM ledger").all();
}

/** Starts a command, and suspends the process that copies while it copies. */
async function startAndStop(name: "backup" | "restore") {
  const args = [...COMMANDS[name](), "--database-url", database];
  const { promise: worker, resolve } = Promise.withResolvers<number>();
  // Uses file system events, because the copy takes only a moment.
  using _ = watchFolder((file) => {
    const [, pid] = /\.(?:partial|restoring)-(\d+)/.exec(file) ?? [];
    if (pid === undefined) return;
    process.kill(Number(pid), "SIGSTOP");
    resolve(Number(pid));
  });
  const child = Bun.spawn([...PROGRAM, ...args], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    env: { PATH: process.env["PATH"] },
  });
  return { child, worker: await worker };
}

/** Calls `onName` with the name of each file that changes in the folder. */
function watchFolder(onName: (name: string) => void): Disposable {
  const watcher = watch(folder.path, (_, name) => onName(name ?? ""));
  return { [Symbol.dispose]: () => watcher.close() };
}

for (const name of ["backup", "restore"] as const) {
  for (const signal of someOf(["SIGINT", "SIGTERM", "SIGHUP"] as const, 1)) {
    test(`a ${name} interrupted by ${signal} leaves nothing behind and says so`, async () => {
      const before = contents();
      const { child, worker } = await startAndStop(name);
      child.kill(signal);
      process.kill(worker, "SIGCONT");
      expect(await child.exited).toBe(1);
      const said = await new Response(child.stderr).text();
      expect(said).toMatch(/^Stopped before it was done\. [\w ]+\.\n$/);
      expect(names()).toEqual(["backup.db", "smsledger.db"]);
      expect(contents()).toEqual(before);
    });
  }

  test(`the next ${name} removes what a killed one left behind`, async () => {
    const { child, worker } = await startAndStop(name);
    for (const pid of [child.pid, worker]) process.kill(pid, "SIGKILL");
    await child.exited;
    expect(names().join()).toMatch(/partial-|restoring-/);
    const args = [...COMMANDS[name](), "--database-url", database];
    expect(await run(PROGRAM, args)).toMatchObject({ status: 0 });
    expect(names().join()).not.toMatch(/partial-|restoring-|-journal/);
  });
}
