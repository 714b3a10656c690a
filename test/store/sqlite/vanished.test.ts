import { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  copyFileSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { PROGRAM, run, start } from "../../cli/program.ts";
import { tempDir } from "../../support/temp-dir.ts";

const canMount = process.getuid?.() === 0 && Bun.which("mount") !== null;

let folder: ReturnType<typeof tempDir>;
let file: string;
let env: Record<string, string>;
beforeEach(() => {
  folder = tempDir();
  file = join(folder.path, "smsledger.db");
  env = { PORT: "0", DATABASE_URL: file };
});
afterEach(() => folder[Symbol.dispose]());

/** Starts a server, which must become ready, and stops it. */
async function serveOnce(more: Record<string, string> = {}): Promise<void> {
  await using server = await start(PROGRAM, ["serve"], {
    env: { ...env, ...more },
  });
  expect((await fetch(`${server.origin}/readyz`)).status).toBe(200);
  server.kill("SIGTERM");
  expect(await server.ended()).toBe(0);
}

async function refusal(
  command: readonly string[] = ["serve"],
  more: Record<string, string> = {},
): Promise<string> {
  const { status, stderr } = await run(PROGRAM, command, {
    env: { ...env, ...more },
  });
  expect({ status, lines: stderr.split("\n").length }).toEqual({
    status: 1,
    lines: 2,
  });
  return stderr;
}

test("if a database has vanished, none is created until it's back or its remains are removed", async () => {
  await serveOnce();
  renameSync(file, `${file}.moved`);
  const before = readdirSync(folder.path);
  for (const command of [["serve"], ["user", "add", "ana", "--generate"]])
    expect(await refusal(command)).toMatch(
      /The database \S+ does not exist, but \S+-lock shows that there was one\. .*restore a backup .*To start with a new, empty database, remove \S+-lock\./,
    );
  expect(readdirSync(folder.path)).toEqual(before);
  renameSync(`${file}.moved`, file);
  await serveOnce();

  truncateSync(file);
  expect(await refusal()).toContain("is empty, but");
  rmSync(`${file}-lock`);
  await serveOnce();
});

test("a database restored in place of a vanished one is served", async () => {
  await serveOnce();
  const backup = join(folder.path, "backup.db");
  const backedUp = await run(PROGRAM, ["backup", backup], { env });
  expect(backedUp.status).toBe(0);
  rmSync(file);
  await refusal();
  const restored = await run(PROGRAM, ["restore", "--yes", backup], {
    env,
  });
  expect(restored.status).toBe(0);
  await serveOnce();
});

test("backups in the folder mean that there was a database, until an empty file asks for a new one", async () => {
  const backups = join(folder.path, "backups");
  mkdirSync(backups);
  const withBackups = { BACKUP_FOLDER: backups };
  const latest = join(backups, "smsledger-20261123T120000Z.db");
  writeFileSync(latest, "");
  writeFileSync(join(backups, "smsledger-20261122T120000Z.db"), "");
  expect(await refusal(["serve"], withBackups)).toContain(
    `does not exist, but BACKUP_FOLDER has backups of one, the latest ${latest}. If its disk is not mounted, mount it;`,
  );
  writeFileSync(file, "");
  await serveOnce(withBackups);
});

test("the remains of an interrupted restore are removed when the server starts", async () => {
  await serveOnce();
  const left = ["restoring-999999999", "restoring-999999999-journal"];
  for (const end of left) writeFileSync(`${file}.${end}`, "");
  const twin = `${file}.before-restore-20261123T120000Z`;
  // Like the state between two calls of a restore.
  linkSync(file, twin);
  const kept = `${file}.before-restore-20261122T120000Z`;
  writeFileSync(kept, "another database");
  await serveOnce();
  expect(
    readdirSync(folder.path)
      .map((name) => join(folder.path, name))
      .toSorted(),
  ).toEqual([file, kept, `${file}-lock`].toSorted());
});

/**
 * Leaves the files of a killed server next to the database, so that SQLite opens it even to
 * read.
 */
function leaveLog(path: string): void {
  const ends = ["-wal", "-shm"];
  using db = new Database(path);
  db.run("DELETE FROM write_checks");
  db.run("INSERT INTO write_checks VALUES (1, 1)");
  for (const end of ends) copyFileSync(path + end, `${path}.copy${end}`);
  db.close();
  for (const end of ends) renameSync(`${path}.copy${end}`, path + end);
}

test.skipIf(!canMount)(
  "a read-only disk is reported as such, in one plain line (needs root)",
  async () => {
    await serveOnce();
    const mounted = join(folder.path, "mounted");
    mkdirSync(mounted);
    Bun.spawnSync(["mount", "-t", "tmpfs", "none", mounted]);
    try {
      for (const name of ["smsledger.db", "crashed.db", "new.db"]) {
        const url = { DATABASE_URL: join(mounted, name) };
        if (name !== "new.db") await serveOnce(url);
        if (name === "crashed.db") leaveLog(url.DATABASE_URL);
        Bun.spawnSync(["mount", "-o", "remount,ro", mounted]);
        expect(await refusal(["serve"], url)).toMatch(/read-only|written/);
        Bun.spawnSync(["mount", "-o", "remount,rw", mounted]);
      }
    } finally {
      Bun.spawnSync(["umount", mounted]);
    }
  },
);
