import { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { hashOfToken } from "../../src/account/api-tokens.ts";
import { FeedPositionGone } from "../../src/store/feed-position.ts";
import { openStore } from "../support/open-store.ts";
import type { Stores } from "../../src/store/stores.ts";
import { eventOf } from "../store/events.ts";
import { tempDir } from "../support/temp-dir.ts";
import { newMessageSid } from "../support/twilio-client.ts";
import { PROGRAM, run, start } from "./program.ts";
import { messagesIn } from "../support/rows.ts";

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
  run(PROGRAM, [name, file, "--database-url", live]);
const restore = (file = backedUp) =>
  run(PROGRAM, ["restore", file, "--yes", "--database-url", live]);

function open(file: string): Promise<Stores> {
  return openStore(file);
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
  const messages = await messagesIn(store);
  await store.close();
  return messages.map(({ messageSid }) => messageSid);
}

/** Without the server's lock file, which is empty and not part of a restore. */
const besideLive = () =>
  readdirSync(join(folder.path, "data")).filter(
    (name) => !name.endsWith("-lock"),
  );

test("a backup replaces the database, which is kept next to it and can itself be restored", async () => {
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
  ).toEqual(["restored a backup", "made a backup"]);
  await store.close();
});

test("without a database, the backup becomes it, and a leftover log is set aside", async () => {
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

test("a mistyped path is reported before anything is asked", async () => {
  await record();
  const { status, stderr } = await run(
    PROGRAM,
    ["restore", `${backedUp}.none`],
    { env: { DATABASE_URL: live } },
  );
  expect([status, stderr]).toEqual([
    1,
    `There is no backup ${backedUp}.none. Check the path. Nothing was changed.\n`,
  ]);
});

test("a damaged database is set aside unchanged", async () => {
  const sid = await record();
  await command("backup", backedUp);
  writeFileSync(live, "no database any more".repeat(500));
  const { status, stdout, stderr } = await restore();
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const [, kept = ""] = /kept as (\S+)\.\n/.exec(stdout) ?? [];
  expect(readFileSync(kept, "utf8")).toStartWith("no database any more");
  expect(await sidsIn(live)).toEqual([sid]);
});

test("nothing is restored while a server runs, and the server continues", async () => {
  await record();
  await command("backup", backedUp);
  await using server = await start(PROGRAM, ["serve"], {
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

test("anything but a whole backup of this or an older version is refused, and nothing changes", async () => {
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
    [join(folder.path, "none.db"), /^There is no backup \S+\/none\.db/],
    [folder.path, /is a folder/],
    [live, /is the database itself/],
    [
      make("text.db", (file) => writeFileSync(file, "x".repeat(9_999))),
      /text\.db isn't a backup/,
    ],
    [
      make("empty.db", (file) => writeFileSync(file, "")),
      /empty\.db isn't a backup/,
    ],
    [
      make("foreign.db", sql("PRAGMA application_id = 1")),
      /foreign\.db isn't a backup/,
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
      /torn\.db is damaged/,
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
});

test("another program's database stays where it is", async () => {
  await record(join(folder.path, "other.db"));
  await run(PROGRAM, [
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

test("a restore invalidates every earlier cursor, from before or after the backup", async () => {
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
    // As many events as before, so that IDs alone don't reveal it.
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
  // Each restore starts another ledger; so does a backup that is put in place by hand.
  copyFileSync(backedUp, live);
  await record();
  const copied = await open(live);
  ends.add((await copied.feedEnd()).text);
  await copied.close();
  expect(ends.size).toBe(4);
});

/** Flips one bit of an index, which quick_check doesn't compare with its table. */
function flipBitOfIndex(file: string, index: string): void {
  using db = new Database(file, { readwrite: true });
  db.run("PRAGMA journal_mode = DELETE");
  const [[page] = []] = db
    .query("SELECT rootpage FROM sqlite_schema WHERE name = ?")
    .values(index);
  const [[size] = []] = db.query("PRAGMA page_size").values();
  db.close();
  const bytes = readFileSync(file);
  // The last byte of a page is the end of its first entry, its row's ID.
  const at = Number(page) * Number(size) - 1;
  bytes.writeUInt8(bytes.readUInt8(at) ^ 4, at);
  writeFileSync(file, bytes);
  using changed = new Database(file, { readonly: true });
  expect(changed.query("PRAGMA quick_check").values()).toEqual([["ok"]]);
  expect(changed.query("PRAGMA integrity_check").values()).not.toEqual([
    ["ok"],
  ]);
}

test("one flipped bit: what restore refuses is neither backed up nor reported as whole", async () => {
  await record();
  await command("backup", backedUp);
  flipBitOfIndex(live, "messages_to");
  copyFileSync(live, join(folder.path, "copy.db"));
  const refused = await restore(join(folder.path, "copy.db"));
  expect(refused.status).toBe(1);
  expect(refused.stderr).toContain("copy.db is damaged");
  const other = join(folder.path, "other.db");
  const { status, stdout, stderr } = await command("backup", other);
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toContain("damaged");
  expect(readdirSync(folder.path)).not.toContain("other.db");
  const doctor = await run(PROGRAM, ["doctor"], {
    env: { DATABASE_URL: live, PORT: "1" },
  });
  expect(doctor.stdout).toContain("The database is damaged.");
  // The earlier backup is whole.
  expect((await restore()).status).toBe(0);
});

/** Runs commands on users and tokens with names in a fixed order. */
const manage = async (...args: string[]): Promise<string> => {
  const { status, stdout, stderr } = await run(PROGRAM, [
    ...args,
    "--database-url",
    live,
  ]);
  expect([args, status, stderr]).toEqual([args, 0, expect.any(String)]);
  return stdout.trim();
};

async function withAccess(): Promise<{ kept: string; revoked: string }> {
  await record();
  for (const name of ["ana", "mo", "eve", "kim"])
    await manage("user", "add", name, "--generate");
  const kept = await manage("token", "add", "kept");
  const revoked = await manage("token", "add", "leaked");
  const store = await open(live);
  const ana = await store.accounts.passwordOf("ana");
  const session = {
    userId: ana?.user.id ?? 0,
    passwordHash: ana?.hash ?? "",
    tokenHash: "hash",
    device: "",
    replacedHash: null,
    guessed: [],
  };
  const by = { at: Date.now(), actor: "ana", address: null };
  expect(await store.accounts.signIn(session, by)).toBe(true);
  await store.close();
  await command("backup", backedUp);
  return { kept, revoked };
}

test("sessions end, revoked tokens stay revoked, and anything else that returns is listed by name with what to do", async () => {
  const { kept, revoked } = await withAccess();
  await manage("token", "revoke", "leaked");
  await manage("token", "add", "newer");
  await manage("user", "remove", "eve", "--yes");
  await manage("user", "password", "mo", "--generate");
  await manage("user", "role", "kim", "admin");
  await manage("user", "add", "lee", "--generate");
  await manage("erase", "+14155550123", "--yes");
  const { status, stdout } = await restore();
  expect(status).toBe(0);
  const lines = stdout.split("\n");
  for (const [what, names, toDo] of [
    ["aren't|weren't in the database", "eve", "smsledger user remove"],
    ["Passwords changed since", "mo", "smsledger user password"],
    ["Roles changed since", "kim (member)", "smsledger user role"],
    ["Users added since", "lee", "smsledger user add"],
    ["stay revoked", "leaked", "smsledger token add"],
    ["tokens made since", "newer", "smsledger token add"],
    ["Numbers erased since", "+141", "smsledger erase"],
  ] as const) {
    const line = lines.find((each) => new RegExp(what).test(each)) ?? "";
    expect([what, line]).toEqual([what, expect.stringContaining(`: ${names}`)]);
    expect(line).toContain(toDo);
  }
  expect(stdout).toContain("All sessions have ended.");
  const store = await open(live);
  const valid = await store.apiTokens.list();
  expect(valid.map(({ name }) => name)).toEqual(["kept"]);
  expect(hashOfToken(kept)).toBeDefined();
  expect(
    await store.apiTokens.byHash(hashOfToken(revoked) ?? ""),
  ).toBeUndefined();
  await store.close();
  using db = new Database(live, { readonly: true });
  expect(db.query("SELECT count(*) FROM sessions").values()).toEqual([[0]]);
});

test("nothing is sent through notification channels and to digests' addresses that were ended since", async () => {
  await record();
  const by = { at: Date.now(), actor: "ana", address: null };
  let store = await open(live);
  const add = async (name: string): Promise<number> => {
    const added = await store.alertChannels.add(
      {
        kind: "email",
        name,
        settings: { to: `${name}@example.com` },
        severities: ["critical"],
        quietHours: null,
        isOn: true,
      },
      by,
    );
    return "id" in added ? added.id : 0;
  };
  const subscribe = (userId: number, name: string): Promise<void> =>
    store.digests.put(
      userId,
      {
        address: `${name}@example.com`,
        frequency: "daily",
        timeZone: "UTC",
        hour: 8,
      },
      { from: by.at, dueAt: by.at },
      by,
    );
  await add("kept");
  const gone = await add("gone");
  const moved = await add("moved");
  const silent = await add("silent");
  await subscribe(1, "ana");
  await subscribe(2, "mo");
  await subscribe(3, "eve");
  await store.close();
  await command("backup", backedUp);
  store = await open(live);
  await store.alertChannels.remove(gone, by);
  const settings = { to: "elsewhere@example.com" };
  await store.alertChannels.change(moved, { settings }, by);
  await store.alertChannels.change(silent, { isOn: false }, by);
  await store.digests.remove(2, by);
  await subscribe(3, "eve.other");
  await store.close();
  const { status, stdout } = await restore();
  expect(status).toBe(0);
  expect(stdout).toContain("since the backup are off: gone, moved, silent. ");
  expect(stdout).toContain("aren't sent: eve@example.com, mo@example.com. ");
  store = await open(live);
  const channels = await store.alertChannels.list();
  expect(channels.filter(({ isOn }) => isOn)).toMatchObject([{ name: "kept" }]);
  expect(channels).toHaveLength(4);
  expect(await store.digests.list()).toMatchObject([{ userId: 1 }]);
  await store.close();
});

test("without a database to compare with, no token in the backup is valid, and all users are listed", async () => {
  await withAccess();
  for (const damage of ["gone", "damaged"] as const) {
    if (damage === "gone") Bun.spawnSync(["rm", live]);
    else writeFileSync(live, "no database any more".repeat(500));
    const { status, stdout } = await restore();
    expect([damage, status]).toEqual([damage, 0]);
    expect(stdout).toMatch(/Users in the backup .*: ana, eve, kim, mo\. /);
    expect(stdout).toMatch(/API tokens .*: kept, leaked\. .*token add NAME/);
    const store = await open(live);
    expect(await store.apiTokens.list()).toEqual([]);
    await store.close();
    using db = new Database(live, { readonly: true });
    expect(db.query("SELECT count(*) FROM sessions").values()).toEqual([[0]]);
  }
});

test("through a symbolic link, the data stays on the disk that it points to", async () => {
  const sid = await record();
  await command("backup", backedUp);
  const disk = join(folder.path, "disk");
  mkdirSync(disk);
  const real = join(disk, "ledger.db");
  renameSync(live, real);
  symlinkSync(real, live);
  await record();
  const { status, stdout } = await restore();
  expect(status).toBe(0);
  expect(lstatSync(live).isSymbolicLink()).toBe(true);
  const [, kept = ""] = /kept as (\S+)\.\n/.exec(stdout) ?? [];
  expect(dirname(kept)).toBe(realpathSync(disk));
  expect(await sidsIn(real)).toEqual([sid]);
  expect(besideLive().join()).not.toContain("before-restore");
});

const asRoot = test.skipIf(process.getuid?.() !== 0);
if (process.getuid?.() !== 0)
  console.warn("Restores for another user are not tested: this needs root.");

asRoot(
  "restored by root, the database keeps its owner and mode; a new one gets the folder's owner",
  async () => {
    await record();
    await command("backup", backedUp);
    chownSync(live, 65_534, 65_534);
    chmodSync(live, 0o640);
    expect((await restore()).status).toBe(0);
    const { uid, gid, mode } = statSync(live);
    expect([uid, gid, mode & 0o777]).toEqual([65_534, 65_534, 0o640]);
    Bun.spawnSync(["sh", "-c", `rm ${live}*`]);
    chownSync(dirname(live), 65_534, 65_534);
    expect((await restore()).status).toBe(0);
    const anew = statSync(live);
    expect([anew.uid, anew.gid, anew.mode & 0o777]).toEqual([
      65_534, 65_534, 0o600,
    ]);
  },
);

test("a restored backup of version 0.1.0 has the restore in its audit list once it's upgraded", async () => {
  // Only what a restore reads has to be as it was.
  const entry =
    "CREATE TABLE audit (id INTEGER PRIMARY KEY, at INTEGER, actor TEXT, action TEXT, subject TEXT, address TEXT)";
  await record();
  {
    using db = new Database(live);
    db.run("DROP TABLE audit");
    db.run(entry);
    db.run("PRAGMA user_version = 4");
  }
  copyFileSync(live, backedUp);
  Bun.spawnSync(["sh", "-c", `rm ${live}*`]);
  expect((await restore()).status).toBe(0);
  using db = new Database(live, { readonly: true });
  expect(db.query("SELECT actor, action FROM audit").values()).toEqual([
    ["command line", "restored a backup"],
  ]);
});
