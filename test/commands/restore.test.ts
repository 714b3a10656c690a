import { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { FeedPositionGone } from "../../src/store/feed-position.ts";
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import type { Stores } from "../../src/store/stores.ts";
import { eventOf } from "../store/events.ts";
import { tempDir } from "../support/temp-dir.ts";
import { newMessageSid } from "../support/twilio-client.ts";
import { FROM_SOURCE, run, start } from "./program.ts";

let folder: ReturnType<typeof tempDir>;
let live: string;
let backedUp: string;
beforeEach(() => {
  folder = tempDir();
  mkdirSync(join(folder.path, "data"));
  live = join(folder.path, "data", "smsledger.db");
  backedUp = join(folder.path, "backup.db");
});
afterEach(() => folder[Symbol.dispose]());

const command = (name: string, file: string) =>
  run(FROM_SOURCE, [name, file, "--database-url", live]);
const restore = (file = backedUp) =>
  run(FROM_SOURCE, ["restore", file, "--yes", "--database-url", live]);

function open(file: string): Promise<Stores> {
  return openSqliteStore(file, (error) => {
    throw error;
  });
}

/** Records a message and closes the database again; returns its SID. */
async function record(file = live): Promise<string> {
  const store = await open(file);
  const MessageSid = newMessageSid();
  await store.recordEvent(eventOf({ MessageSid }));
  await store.close();
  return MessageSid;
}

async function sidsIn(file: string): Promise<string[]> {
  const store = await open(file);
  const messages = await store.messagesAfter(0, 100);
  await store.close();
  return messages.map(({ messageSid }) => messageSid);
}

/** Without what servers lock: it is empty, and none of a restore's. */
const besideLive = () =>
  readdirSync(join(folder.path, "data")).filter(
    (name) => !name.endsWith("-lock"),
  );

test("a backup takes the database's place, which is kept beside it and can be restored in turn", async () => {
  const first = await record();
  await command("backup", backedUp);
  const second = await record();
  const { status, stdout, stderr } = await restore();
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toStartWith(
    "The backup is restored: 1 message with 1 event, ",
  );
  const [, kept = ""] = /kept as (\S+)\.\n/.exec(stdout) ?? [];
  expect(kept).toMatch(/smsledger\.db\.before-restore-\d{8}T\d{6}Z$/);
  expect(besideLive()).toHaveLength(2);
  expect((statSync(live).mode & 0o777).toString(8)).toBe("600");
  expect(await sidsIn(live)).toEqual([first]);
  expect((await restore(kept)).status).toBe(0);
  expect(await sidsIn(live)).toEqual([first, second]);
  const store = await open(live);
  expect(
    (await store.audit.list({ size: 10 })).map((row) => row.action),
  ).toEqual(["restored a backup"]);
  await store.close();
});

test("where there is no database the backup becomes it, and a log that lies there is put aside", async () => {
  const sid = await record();
  await command("backup", backedUp);
  const bytes = readFileSync(live);
  Bun.spawnSync(["rm", live]);
  writeFileSync(`${live}-wal`, bytes);
  const { status, stdout } = await restore();
  expect(status).toBe(0);
  expect(stdout).not.toContain("kept as");
  expect(await sidsIn(live)).toEqual([sid]);
  expect(besideLive().filter((name) => name.endsWith("-wal"))).toHaveLength(1);
});

test("a damaged database is put aside as it is", async () => {
  const sid = await record();
  await command("backup", backedUp);
  writeFileSync(live, "no database any more".repeat(500));
  const { status, stdout, stderr } = await restore();
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const [, kept = ""] = /kept as (\S+)\.\n/.exec(stdout) ?? [];
  expect(readFileSync(kept, "utf8")).toStartWith("no database any more");
  expect(await sidsIn(live)).toEqual([sid]);
});

test("while a server runs nothing is restored, and it goes on", async () => {
  await record();
  await command("backup", backedUp);
  await using server = await start(FROM_SOURCE, ["serve"], {
    env: { DATABASE_URL: live, PORT: "0", SIGN_IN: "none" },
  });
  const { status, stderr } = await restore();
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr:
      "A server or another command has the database open. Stop it first; nothing was changed.\n",
  });
  expect((await fetch(`${server.origin}/readyz`)).status).toBe(200);
  server.kill("SIGTERM");
  expect(await server.ended()).toBe(0);
  expect((await restore()).status).toBe(0);
});

test("what is no backup, damaged, of a newer version or the database itself is refused, and nothing changes", async () => {
  const sid = await record();
  await command("backup", backedUp);
  const make = (name: string, change: (file: string) => void): string => {
    const file = join(folder.path, name);
    copyFileSync(backedUp, file);
    change(file);
    return file;
  };
  const sql = (statement: string) => (file: string) => {
    using db = new Database(file);
    db.run(statement);
  };
  const cases = [
    [join(folder.path, "none.db"), /^There is no such file/],
    [folder.path, /^There is no such file/],
    [live, /^That is the database itself/],
    [
      make("text.db", (file) => writeFileSync(file, "x".repeat(9_999))),
      /^That file is no backup/,
    ],
    [
      make("empty.db", (file) => writeFileSync(file, "")),
      /^That file is no backup/,
    ],
    [
      make("foreign.db", sql("PRAGMA application_id = 1")),
      /^That file is no backup/,
    ],
    [
      make("newer.db", sql("PRAGMA user_version = 9999")),
      /newer smsledger\. Restore it with that version/,
    ],
    [
      make("torn.db", (file) => {
        const bytes = readFileSync(file);
        writeFileSync(file, bytes.fill(0x55, 20 * 2_048, 22 * 2_048));
      }),
      /^That backup is damaged/,
    ],
  ] as const;
  for (const [file, sentence] of cases) {
    const { status, stdout, stderr } = await restore(file);
    expect({ file, status, stdout }).toEqual({ file, status: 1, stdout: "" });
    expect(stderr).toMatch(sentence);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  }
  expect(besideLive()).toEqual(["smsledger.db"]);
  expect(await sidsIn(live)).toEqual([sid]);
}, 30_000);

test("a database of another program stays where it is", async () => {
  await record(join(folder.path, "other.db"));
  await run(FROM_SOURCE, [
    "backup",
    backedUp,
    "--database-url",
    join(folder.path, "other.db"),
  ]);
  {
    using db = new Database(live);
    db.run("CREATE TABLE notes (text TEXT)");
  }
  const { status, stderr } = await restore();
  expect(status).toBe(1);
  expect(stderr).toStartWith("The database file belongs to another program.");
  expect(besideLive()).toEqual(["smsledger.db"]);
});

test("a backup of an older version is restored, and upgraded when the server starts", async () => {
  const sid = await record();
  {
    using db = new Database(live);
    for (const table of ["audit", "upkeep_notes", "event_addresses", "ledger"])
      db.run(`DROP TABLE ${table}`);
    db.run("PRAGMA user_version = 2");
  }
  copyFileSync(live, backedUp);
  Bun.spawnSync(["rm", live]);
  expect((await restore()).status).toBe(0);
  using db = new Database(live, { readonly: true });
  expect(db.query("PRAGMA user_version").values()).toEqual([[2]]);
  expect(db.query("SELECT count(*) FROM messages").values()).toEqual([[1]]);
  expect(sid).toStartWith("SM");
});

test("after a restore every cursor from before is gone, from whichever side of the backup it is", async () => {
  await record();
  const store = await open(live);
  const before = await store.feedStart();
  const backedUpTo = await store.feedEnd();
  await store.close();
  await command("backup", backedUp);
  await record();
  const later = await open(live);
  const end = await later.feedEnd();
  await later.close();
  const ends = new Set([end.text]);
  for (let time = 0; time < 2; time++) {
    expect((await restore()).status).toBe(0);
    // As many events as there were, so ids alone wouldn't tell.
    await record();
    const restored = await open(live);
    for (const position of [before, backedUpTo, end]) {
      const [result] = await Promise.allSettled([
        restored.feedAfter(position, 10),
      ]);
      expect(result).toMatchObject({ reason: expect.any(FeedPositionGone) });
    }
    ends.add((await restored.feedEnd()).text);
    await restored.close();
  }
  // Each restore is another ledger; so is a backup that is put in place by hand.
  copyFileSync(backedUp, live);
  await record();
  const copied = await open(live);
  ends.add((await copied.feedEnd()).text);
  await copied.close();
  expect(ends.size).toBe(4);
});
