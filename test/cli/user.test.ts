import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { chownSync, existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { PASSWORD, Visitor } from "../account/people.ts";
import { tempDir } from "../support/temp-dir.ts";
import { PROGRAM, run, start } from "./program.ts";

const GENERATED = /^(?:[a-z0-9]{4}-){3}[a-z0-9]{4}$/;

/** Runs `smsledger user …` on a database, with text on its standard input. */
async function user(file: string, args: readonly string[], input?: string) {
  const child = Bun.spawn([...PROGRAM, "user", ...args], {
    env: { PATH: process.env["PATH"], DATABASE_URL: file },
    stdin: input === undefined ? "ignore" : new Blob([input]),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, status] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { status, stdout, stderr };
}

test("users can be added before the first start, the first as admin, and only the owner can read the database", async () => {
  using folder = tempDir();
  const file = join(folder.path, "data", "smsledger.db");
  const first = await user(file, ["add", "ana"], `${PASSWORD}\n`);
  expect(first).toEqual({
    status: 0,
    stdout: "",
    stderr: `Created the database ${file}.\nAdded as admin.\n`,
  });
  const second = await user(file, ["add", "mo", "--generate"]);
  expect(second.status).toBe(0);
  expect(second.stdout.trim()).toMatch(GENERATED);
  expect(second.stderr).toStartWith("Added as member.");
  expect(second.stderr).not.toContain("Created");
  expect(
    (await user(file, ["add", "zoe", "--role", "admin", "--no-password"]))
      .status,
  ).toBe(0);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const { stdout } = await user(file, ["list"]);
  const lines = stdout.trim().split("\n");
  expect(lines[0]).toMatch(/^name +role +password +added +last seen$/);
  expect(lines[1]).toMatch(/^ana +admin +set +2\S+ \S+Z +never$/);
  expect(lines[2]).toMatch(/^mo +member +one-time /);
  expect(lines[3]).toMatch(/^zoe +admin +none /);
});

test("the list is also available as JSON", async () => {
  using folder = tempDir();
  const file = join(folder.path, "smsledger.db");
  await user(file, ["add", "ana"], `${PASSWORD}\n`);
  const { status, stdout } = await user(file, ["list", "--json"]);
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toEqual([
    {
      name: "ana",
      role: "admin",
      password: "set",
      addedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      lastSeenAt: null,
    },
  ]);
});

test("with a running server, each change applies at once", async () => {
  using folder = tempDir();
  const file = join(folder.path, "smsledger.db");
  await using server = await start(PROGRAM, ["serve"], {
    env: { PORT: "0", DATABASE_URL: file },
  });
  const ana = new Visitor(server.origin);
  expect((await ana.get("/messages")).headers.get("location")).toBe("/setup");
  await user(file, ["add", "ana"], PASSWORD);
  expect((await ana.get("/messages")).headers.get("location")).toStartWith(
    "/login",
  );
  expect((await ana.signIn("ana")).status).toBe(303);
  const added = await user(file, ["add", "mo", "--generate"]);
  const mo = new Visitor(server.origin);
  await mo.signIn("mo", added.stdout.trim());
  expect((await mo.get("/settings/account")).status).toBe(200);

  expect((await user(file, ["role", "MO", "admin"])).stderr).toBe(
    "Now admin, effective immediately.\n",
  );
  expect((await user(file, ["role", "ana", "member"])).status).toBe(0);
  expect((await ana.get("/settings/users")).status).toBe(403);
  const last = await user(file, ["role", "mo", "member"]);
  expect([last.status, last.stderr]).toEqual([
    1,
    "This is the only admin. Make another user an admin first. Nothing was changed.\n",
  ]);
  expect((await user(file, ["remove", "mo", "--yes"])).status).toBe(1);

  const stranger = new Visitor(server.origin);
  while ((await stranger.signIn("ana", "guess")).status === 401);
  expect((await stranger.signIn("ana")).status).toBe(429);
  expect(
    (await user(file, ["password", "ana"], "seven green bicycles\n")).status,
  ).toBe(0);
  expect((await ana.get("/messages")).status).toBe(302);
  expect((await stranger.signIn("ana", "seven green bicycles")).status).toBe(
    303,
  );

  expect((await user(file, ["remove", "ana", "--yes"])).stderr).toBe(
    "Removed, and signed out everywhere.\n",
  );
  expect((await stranger.get("/messages")).status).toBe(302);
  const db = new Database(file, { readonly: true });
  const actions = db
    .query<{ action: string }, []>(
      "SELECT action FROM audit WHERE actor = 'command line' ORDER BY id",
    )
    .all();
  db.close();
  expect(actions.map(({ action }) => action)).toEqual([
    "added the admin",
    "added the member",
    "made an admin of",
    "made a member of",
    "set the password of",
    "removed a user",
  ]);
});

test("failures are reported in one sentence, without the password", async () => {
  using folder = tempDir();
  const file = join(folder.path, "smsledger.db");
  await user(file, ["add", "ana"], PASSWORD);
  const cases: readonly (readonly [
    args: string[],
    input: string | undefined,
    status: number,
    words: string,
  ])[] = [
    [["add", "ANA"], PASSWORD, 1, "A user with this name already exists."],
    [["add", "mo"], "short", 1, "A password must have at least 12 characters."],
    [["add", "mo"], "", 1, "There is no password on standard input."],
    // With the straight apostrophe of a terminal.
    [
      ["add", "mo"],
      "abababababababab",
      1,
      "This password is easy to guess. Choose one that doesn't repeat",
    ],
    [["add", "mo"], undefined, 1, "There is no password on standard input."],
    [["add", "a\nb"], PASSWORD, 2, "A name must have 1 to 64 characters"],
    [
      ["add", "mo", "--role", "owner"],
      PASSWORD,
      2,
      "error: option '--role <role>' argument 'owner' is invalid.",
    ],
    [
      ["role", "ana", "owner"],
      undefined,
      2,
      "error: command-argument value 'owner' is invalid",
    ],
    [["role", "mo", "admin"], undefined, 1, "No user has this name."],
    [["password", "mo", "--generate"], undefined, 1, "No user has this name."],
    [["remove", "mo"], undefined, 1, "No user has this name."],
    [["remove", "ana"], undefined, 2, "Nothing was changed. Add --yes"],
    [["add"], undefined, 2, "error: missing required argument 'name'"],
  ];
  for (const [args, input, status, words] of cases) {
    const ended = await user(file, args, input);
    expect([args, ended.status, ended.stdout]).toEqual([args, status, ""]);
    expect(ended.stderr).toStartWith(words);
    expect(ended.stderr).not.toContain("short");
  }
});

test("only the command that adds a user creates a database at a mistyped path", async () => {
  using folder = tempDir();
  const file = join(folder.path, "data", "mistyped.db");
  for (const args of [
    ["user", "list"],
    ["user", "role", "ana", "admin"],
    ["user", "password", "ana", "--generate"],
    ["user", "remove", "ana", "--yes"],
    ["token", "list"],
    ["token", "add", "dashboard"],
    ["token", "revoke", "dashboard"],
    ["backup", join(folder.path, "backup.db")],
    ["prune", "--days", "3", "--yes"],
    ["erase", "+14155550123", "--yes"],
    ["erase", "+14155550123", "--dry-run"],
    ["export"],
  ]) {
    const ended = await run(PROGRAM, [...args, "--database-url", file]);
    expect([args, ended]).toEqual([
      args,
      {
        status: 1,
        stdout: "",
        stderr: `There is no database ${file}. Check DATABASE_URL.\n`,
      },
    ]);
  }
  expect(readdirSync(folder.path)).toEqual([]);
});

test("a database of another program or version is left unchanged", async () => {
  using folder = tempDir();
  const file = join(folder.path, "other.db");
  const other = new Database(file);
  other.run("CREATE TABLE notes (text TEXT)");
  other.close();
  const { status, stderr } = await user(file, ["list"]);
  expect([status, stderr]).toEqual([
    1,
    "The database file belongs to another program. Set DATABASE_URL to another file.\n",
  ]);
  expect(existsSync(`${file}-wal`)).toBe(false);

  const older = join(folder.path, "older.db");
  await user(older, ["add", "ana"], PASSWORD);
  const db = new Database(older);
  db.run("PRAGMA user_version = 2");
  db.close();
  expect((await user(older, ["list"])).stderr).toStartWith(
    "The database is of an older version. Start the server once",
  );
});

test("at a terminal, the password is typed twice, without an echo", async () => {
  using folder = tempDir();
  const file = join(folder.path, "smsledger.db");
  const none = await onTerminal(file, ["add", "ana"], ["\x03"]);
  expect(none.status).toBe(1);
  expect(none.output).toContain("Nothing was changed.");
  expect(existsSync(file)).toBe(false);
  const typed = await onTerminal(
    file,
    ["add", "ana"],
    [`${PASSWORD}x\x7f\r`, `${PASSWORD}\r`],
  );
  expect(typed.status).toBe(0);
  expect(typed.output).toContain("Password: ");
  expect(typed.output).toContain("Repeat the password: ");
  expect(typed.output).not.toContain("horse");
  // Messages have no color, not even the red of Bun's console.error.
  expect(typed.output).not.toContain("\x1b[");
  const differ = await onTerminal(
    file,
    ["add", "mo"],
    [`${PASSWORD}\r`, "another one here\r"],
  );
  expect(differ.status).toBe(1);
  expect(differ.output).toContain(
    "The passwords don't match. Nothing was changed.",
  );
  for (const given of [["\x03"], ["\x04"], [`${PASSWORD}\r`, "\x04"]]) {
    const { status, output } = await onTerminal(file, ["add", "mo"], given);
    expect([given, status]).toEqual([given, 1]);
    expect(output).toContain("Nothing was changed.");
  }
  for (const given of ["\x03", "\x04", "no\r"]) {
    const { status, output } = await onTerminal(
      file,
      ["remove", "ana"],
      [given],
    );
    expect([given, status]).toEqual([given, 2]);
    expect(output).toContain("Nothing was changed.");
    expect(output).not.toMatch(/error|    at /i);
  }
  expect((await user(file, ["list"])).stdout.trim().split("\n")).toHaveLength(
    2,
  );
});

/** Runs the command at a terminal, and types each text when prompted. */
async function onTerminal(
  file: string,
  args: readonly string[],
  texts: readonly string[],
) {
  let output = "";
  let answered = 0;
  const child = Bun.spawn([...PROGRAM, "user", ...args], {
    env: { PATH: process.env["PATH"], DATABASE_URL: file },
    terminal: {
      data(terminal, data) {
        output += new TextDecoder().decode(data);
        while (
          answered < (output.match(/: /g) ?? []).length &&
          answered < texts.length
        )
          terminal.write(texts[answered++] ?? "");
      },
    },
  });
  const status = await child.exited;
  return { status, output };
}

test.skipIf(process.getuid?.() !== 0)(
  "a database created by root belongs to its folder's owner (needs root)",
  async () => {
    using folder = tempDir();
    chownSync(folder.path, 65_534, 65_534);
    const file = join(folder.path, "smsledger.db");
    expect((await user(file, ["add", "ana"], PASSWORD)).status).toBe(0);
    for (const name of readdirSync(folder.path))
      expect([name, statSync(join(folder.path, name)).uid]).toEqual([
        name,
        65_534,
      ]);
  },
);

test("the help says what each command does", async () => {
  const { stdout } = await run(PROGRAM, ["user", "--help"]);
  for (const words of [
    "add",
    "list",
    "role",
    "password",
    "remove",
    "Changes take effect immediately.",
  ])
    expect(stdout).toContain(words);
});
