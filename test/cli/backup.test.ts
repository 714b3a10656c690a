import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { openReader } from "../../src/store/sqlite/beside.ts";
import { startServer } from "../support/start-server.ts";
import { tempDir } from "../support/temp-dir.ts";
import { PROGRAM, run } from "./program.ts";
import { eventsIn } from "../support/rows.ts";

const backup = (file: string, databaseUrl: string) =>
  run(PROGRAM, ["backup", file, "--database-url", databaseUrl]);

test("a backup is written while the server runs, reports its contents, and is readable only by its owner", async () => {
  await using server = await startServer();
  using folder = tempDir();
  await server.twilio.post({ MessageStatus: "sent" });
  await server.twilio.post({ MessageStatus: "failed", ErrorCode: "30003" });
  const file = join(folder.path, "smsledger backup.db");
  const { status, stdout, stderr } = await backup(
    file,
    server.config.databaseUrl,
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toMatch(
    /^The backup is complete and verified: 2 messages with 2 events, [\d.]+ KB; latest event \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\.\n$/,
  );
  expect(readdirSync(folder.path)).toEqual(["smsledger backup.db"]);
  expect((statSync(file).mode & 0o777).toString(8)).toBe("600");
  const reader = openReader(file);
  expect(await eventsIn(reader)).toEqual([...(await eventsIn(server.store))]);
  await reader.close();
});

test("an existing file isn't replaced, and failures are reported in one plain line", async () => {
  await using server = await startServer();
  await server.twilio.post();
  using folder = tempDir();
  const there = join(folder.path, "there.db");
  writeFileSync(there, "mine");
  const foreign = join(folder.path, "foreign.db");
  {
    using db = new Database(foreign);
    db.run("CREATE TABLE notes (text TEXT)");
  }
  const live = server.config.databaseUrl;
  const cases = [
    [there, live, `${there} exists already.`],
    [folder.path, live, `${folder.path} is a folder.`],
    ["/proc/b.db", live, "Can't write /proc/b.db: "],
    [
      join(folder.path, "no/such/b.db"),
      live,
      `Can't write ${join(folder.path, "no/such/b.db")}: there is no such folder.`,
    ],
    [
      join(folder.path, "b.db"),
      join(folder.path, "none.db"),
      `There is no database ${join(folder.path, "none.db")}.`,
    ],
    [
      join(folder.path, "b.db"),
      foreign,
      "The database file belongs to another program.",
    ],
  ] as const;
  for (const [file, database, sentence] of cases) {
    const { status, stdout, stderr } = await backup(file, database);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toStartWith(sentence);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  }
  expect(await Bun.file(there).text()).toBe("mine");
  expect(readdirSync(folder.path)).toEqual(["foreign.db", "there.db"]);
});

test("without a file name, it prints the usage", async () => {
  const { status, stderr } = await run(PROGRAM, ["backup"]);
  expect(status).toBe(2);
  expect(stderr).toContain("missing required argument 'file'");
});

test.skipIf(process.getuid?.() !== 0 || !Bun.which("mount"))(
  "a full disk is reported, and nothing is left on it (needs root, to make a small one)",
  async () => {
    await using server = await startServer();
    await server.twilio.post();
    using folder = tempDir();
    const disk = join(folder.path, "disk");
    mkdirSync(disk);
    Bun.spawnSync(["mount", "-t", "tmpfs", "-o", "size=64k", "none", disk]);
    try {
      const { status, stderr } = await backup(
        join(disk, "b.db"),
        server.config.databaseUrl,
      );
      expect({ status, stderr }).toEqual({
        status: 1,
        stderr: `Can't write ${join(disk, "b.db")}: its disk has no room for the backup. Free some space there, or write it to another disk.\n`,
      });
      expect(readdirSync(disk)).toEqual([]);
    } finally {
      Bun.spawnSync(["umount", disk]);
    }
  },
);

test("backups and exports are in the audit list; exporting from a backup doesn't change it", async () => {
  await using server = await startServer();
  await server.twilio.post();
  using folder = tempDir();
  const file = join(folder.path, "b.db");
  const live = server.config.databaseUrl;
  expect((await backup(file, live)).status).toBe(0);
  const bytes = readFileSync(file);
  for (const args of [["export"], ["export", "--events"]]) {
    for (const database of [live, file]) {
      const { status, stderr } = await run(PROGRAM, [
        ...args,
        "--database-url",
        database,
      ]);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    }
  }
  const entries = await server.store.audit.list({ size: 10 });
  expect(
    entries.map(({ kind, actor, action }) => [kind, actor, action]),
  ).toEqual([
    ["use", "command line", "exported events"],
    ["use", "command line", "exported messages"],
    ["use", "command line", "made a backup"],
  ]);
  expect(readFileSync(file).equals(bytes)).toBe(true);
});
