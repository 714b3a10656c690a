import { SQL } from "bun";
import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { NewEvent } from "../../src/store/store.ts";
import { copyAll, dumpOfFile, dumpOfServer } from "../store/copy/ledgers.ts";
import { eventOf } from "../store/events.ts";
import { inSteps } from "../store/arbitrary-steps.ts";
import { openStore } from "../support/open-store.ts";
import { newPostgresDatabase } from "../support/postgres-server.ts";
import { tempDir } from "../support/temp-dir.ts";
import { newMessageSid } from "../support/twilio-client.ts";
import { PROGRAM, run } from "./program.ts";

const MANY = 5_000;

const copyCommand = (from: string, to: string) =>
  run(PROGRAM, ["copy", "--from", from, "--to", to]);

/** A ledger with messages that have two events each. */
async function makeLedger(file: string, messages: number): Promise<void> {
  const store = await openStore(file);
  const numbers = Array.from({ length: messages }, (_, number) => number);
  await inSteps(numbers, 500, async (number) => {
    const MessageSid = newMessageSid();
    const To = `+1415555${String(number).padStart(4, "0")}`;
    const of = (MessageStatus: string): NewEvent =>
      eventOf({ MessageSid, MessageStatus, To });
    await store.recordEvent(of("sent"));
    await store.recordEvent(of(number % 9 === 0 ? "failed" : "delivered"));
  });
  await store.close();
}

/** Kills a copy after longer and longer times, until one is done; resolves to how many were killed. */
async function copyUnderKills(from: string, to: string): Promise<number> {
  for (let kills = 0; ; kills++) {
    const child = Bun.spawn([...PROGRAM, "copy", "--from", from, "--to", to], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    // Time is the subject: a copy is killed at any moment.
    const timer = setTimeout(() => child.kill("SIGKILL"), 300 + kills * 300);
    await child.exited;
    clearTimeout(timer);
    if (child.signalCode !== null) continue;
    const said = await new Response(child.stderr).text();
    // It was killed when all was done.
    if (kills > 0 && said.includes("has a ledger already")) return kills;
    expect([child.exitCode, said]).toEqual([0, ""]);
    return kills;
  }
}

test("a copy that is killed again and again continues, in both directions", async () => {
  using folder = tempDir();
  await using database = await newPostgresDatabase();
  const [file, back] = [join(folder.path, "a.db"), join(folder.path, "b.db")];
  await makeLedger(file, MANY);
  expect(await copyUnderKills(file, database.url)).toBeGreaterThan(1);
  expect(await dumpOfServer(database.url)).toEqual(dumpOfFile(file));
  expect(await copyUnderKills(database.url, back)).toBeGreaterThan(1);
  expect(dumpOfFile(back)).toEqual(dumpOfFile(file));
}, 300_000);

test("the command says what it copied, and then everything opens the copy", async () => {
  using folder = tempDir();
  await using database = await newPostgresDatabase();
  const file = join(folder.path, "smsledger.db");
  await makeLedger(file, 3);
  const addressFile = join(folder.path, "address");
  await Bun.write(addressFile, `${database.url}\n`);
  const ended = await copyCommand(file, `@${addressFile}`);
  expect(ended).toMatchObject({ status: 0, stderr: "" });
  expect(ended.stdout).toContain("Copied 3 messages with 6 events");
  const exported = await run(PROGRAM, ["export"], {
    env: { DATABASE_URL: database.url },
  });
  expect(exported.stdout.trim().split("\n")).toHaveLength(3);

  const again = await copyCommand(file, database.url);
  expect(again.status).toBe(1);
  expect(again.stderr).toMatch(/has a ledger already, and nothing was changed/);
  const other = join(folder.path, "other.db");
  await makeLedger(other, 1);
  const over = await copyCommand(database.url, other);
  expect(over.status).toBe(1);
  expect(over.stderr).toContain(`${other} has a ledger already`);
}, 120_000);

test("an unfinished copy is refused by servers, commands and copies of other ledgers", async () => {
  using folder = tempDir();
  await using database = await newPostgresDatabase();
  const file = join(folder.path, "smsledger.db");
  const other = join(folder.path, "other.db");
  const back = join(folder.path, "back.db");
  await makeLedger(file, 2);
  await makeLedger(other, 1);
  await using sql = new SQL(database.url, { max: 1 });
  await copyAll(file, database.url);
  await copyAll(database.url, back);
  const env = { SIGN_IN: "none", PORT: "0" };
  await sql`INSERT INTO copying VALUES (1, 0)`;
  for (const command of [["serve"], ["user", "list"], ["export"]]) {
    const ended = await run(PROGRAM, command, {
      env: { ...env, DATABASE_URL: database.url },
    });
    expect(ended.status).toBe(1);
    expect(ended.stderr).toMatch(
      /^The database "\w+" at .+ has an unfinished copy of a ledger\. Wait for smsledger copy, or run/,
    );
  }
  const another = await copyCommand(other, database.url);
  expect(another.stderr).toContain("an unfinished copy of another ledger");
  const source = await copyCommand(database.url, join(folder.path, "c.db"));
  expect(source.stderr).toContain("an unfinished copy of a ledger. Finish");
  expect(existsSync(join(folder.path, "c.db"))).toBe(false);

  {
    using db = new Database(back);
    db.run("PRAGMA application_id = 0x736d7363");
  }
  for (const command of [["serve"], ["user", "list"], ["export"]]) {
    const ended = await run(PROGRAM, command, {
      env: { ...env, DATABASE_URL: back },
    });
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain("is an unfinished copy of a ledger.");
  }
  // The same ledger's: it's finished.
  expect((await copyCommand(file, database.url)).status).toBe(0);
  const finished = await copyCommand(database.url, back);
  expect(finished).toMatchObject({ status: 0, stderr: "" });
}, 120_000);

test("wrong databases are refused, without a password", async () => {
  const server = "postgres://ana:s3cret@db.example/ledger";
  for (const [from, to, words] of [
    ["a.db", "b.db", "smsledger backup and restore"],
    [server, server, "pg_dump and pg_restore"],
    ["a.db", "@missing", "names a file that can't be read"],
    ["a.db", "http://ana:s3cret@db.example", "must be the path of a file"],
  ] as const) {
    const ended = await copyCommand(from, to);
    expect(ended.status).toBe(2);
    expect(ended.stderr).toContain(words);
    expect(ended.stderr).not.toContain("s3cret");
  }
  using folder = tempDir();
  const file = join(folder.path, "smsledger.db");
  await makeLedger(file, 1);
  const away = "postgres://ana:s3cret@127.0.0.1:1/ledger";
  for (const [from, to, words] of [
    [
      "missing.db",
      server,
      /^There is no database .*missing\.db\. Check --from\.$/,
    ],
    [away, "b.db", /nothing answers on port 1\. .*, or check --from\.$/],
    [file, away, /nothing answers on port 1\. .*, or check --to\.$/],
    [file, `${away}?ssl=1`, /^--to has the unknown parameter "ssl"/],
  ] as const) {
    const ended = await copyCommand(from, to);
    expect(ended.status).toBe(1);
    expect(ended.stderr.trim()).toMatch(words);
    expect(ended.stderr).not.toMatch(/s3cret|DATABASE_URL/);
  }
});
