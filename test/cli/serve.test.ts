import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../support/until.ts";
import { tempDir } from "../support/temp-dir.ts";
import { makeFirstVersion } from "../store/sqlite/first-version.ts";
import { PROGRAM, run, start } from "./program.ts";

const serve = (env: Record<string, string>) => run(PROGRAM, ["serve"], { env });

test("a port in use is reported in one plain line", async () => {
  using folder = tempDir();
  const env = { PORT: "0", DATABASE_URL: join(folder.path, "one.db") };
  await using first = await start(PROGRAM, ["serve"], { env });
  const { port } = new URL(first.origin);
  const second = await serve({
    PORT: port,
    DATABASE_URL: join(folder.path, "two.db"),
  });
  expect(second).toEqual({
    status: 1,
    stdout: "",
    stderr: `Port ${port} is in use by another program. Stop that program, or set PORT to another port.\n`,
  });
});

test("a second server on a database is refused until the first one has ended, however it ends", async () => {
  using folder = tempDir();
  const file = join(folder.path, "smsledger.db");
  const env = { PORT: "0", DATABASE_URL: file };
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    await using first = await start(PROGRAM, ["serve"], { env });
    expect(await serve(env)).toEqual({
      status: 1,
      stdout: "",
      stderr: `Another smsledger serves ${file}. Stop that one, or set DATABASE_URL to another file.\n`,
    });
    expect((await fetch(`${first.origin}/readyz`)).status).toBe(200);
    first.kill(signal);
    await first.ended();
    expect(readdirSync(folder.path)).not.toContain("smsledger.db-lock-journal");
  }
  await using last = await start(PROGRAM, ["serve"], { env });
  expect((await fetch(`${last.origin}/readyz`)).status).toBe(200);
});

test("a database upgrade is logged once, before it begins", async () => {
  using folder = tempDir();
  const [current, old] = ["current.db", "old.db"].map((name) =>
    join(folder.path, name),
  );
  if (!current || !old) throw new Error("There are two.");
  const envOf = (file: string) => ({ PORT: "0", DATABASE_URL: file });
  const linesOf = async (file: string): Promise<string[]> => {
    await using server = await start(PROGRAM, ["serve"], {
      env: envOf(file),
    });
    server.kill("SIGTERM");
    await server.ended();
    return server.output().split("\n");
  };
  const isUpgrade = (line: string) => line.includes("upgrading the database");
  expect((await linesOf(current)).filter(isUpgrade)).toEqual([]);
  makeFirstVersion(old, current);
  const upgraded = await linesOf(old);
  expect(upgraded.filter(isUpgrade)).toHaveLength(1);
  expect(upgraded.findIndex(isUpgrade)).toBeLessThan(
    upgraded.findIndex((line) => line.includes("listening on")),
  );
  expect((await linesOf(old)).filter(isUpgrade)).toEqual([]);
});

test("the link to create the first user works in a browser", async () => {
  using folder = tempDir();
  const env = { PORT: "0", DATABASE_URL: join(folder.path, "smsledger.db") };
  {
    await using server = await start(PROGRAM, ["serve"], { env });
    await until(async () =>
      expect(server.output()).toContain(`${server.origin}/setup?code=`),
    );
  }
  await using server = await start(PROGRAM, ["serve"], {
    env: { ...env, PUBLIC_URL: "https://sms.example.com/ledger" },
  });
  await until(async () =>
    expect(server.output()).toContain(
      "https://sms.example.com/ledger/setup?code=",
    ),
  );
});

test("a refused sign-in is logged with its address, but without the input", async () => {
  using folder = tempDir();
  const env = { PORT: "0", DATABASE_URL: join(folder.path, "smsledger.db") };
  await run(PROGRAM, ["user", "add", "ana", "--generate"], { env });
  await using server = await start(PROGRAM, ["serve"], { env });
  const answer = await fetch(`${server.origin}/login`, {
    method: "POST",
    headers: { origin: server.origin },
    body: new URLSearchParams({ name: "s3cret", password: "s3cret s3cret" }),
  });
  expect(answer.status).toBe(401);
  await until(async () =>
    expect(server.output()).toMatch(
      /"level":"warn".*"address":"127\.0\.0\.1","msg":"sign-in refused: the name or the password is wrong"/,
    ),
  );
  expect(server.output()).not.toContain("s3cret");
});

test("an unusable database is reported in one plain line, without a stack trace", async () => {
  using folder = tempDir();
  const at = (name: string): string => join(folder.path, name);
  writeFileSync(at("file"), "");
  writeFileSync(at("notes.txt"), "No database at all.\n".repeat(500));
  mkdirSync(at("folder"));
  const foreign = new Database(at("foreign.db"));
  foreign.run("CREATE TABLE notes (text TEXT)");
  foreign.close();
  await makeNewer(at("newer.db"));
  const cases = [
    [
      join(at("file"), "below", "smsledger.db"),
      `Can't open ${join(at("file"), "below", "smsledger.db")}: a part of its path is a file, not a folder.`,
    ],
    ["/proc/smsledger/smsledger.db", "The database's folder cannot be made."],
    [at("notes.txt"), `${at("notes.txt")}: The file isn't an SQLite database.`],
    [at("foreign.db"), "The database file belongs to another program."],
    [at("newer.db"), "The database was written by a newer smsledger"],
    [at("folder"), ""],
  ] as const;
  for (const [file, sentence] of cases) {
    const { status, stdout, stderr } = await serve({
      PORT: "0",
      DATABASE_URL: file,
    });
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toStartWith(sentence);
    expect(stderr).toMatch(/^[^\n]+\n$/);
  }
});

/** Makes a database with a schema newer than this version's. */
async function makeNewer(file: string): Promise<void> {
  const env = { PORT: "0", DATABASE_URL: file };
  await using server = await start(PROGRAM, ["serve"], { env });
  server.kill("SIGTERM");
  await server.ended();
  const database = new Database(file);
  database.run("PRAGMA user_version = 999");
  database.close();
}

test("without a token, it serves and says that callbacks are refused", async () => {
  using folder = tempDir();
  await using server = await start(PROGRAM, ["serve"], {
    env: { PORT: "0", DATABASE_URL: join(folder.path, "smsledger.db") },
  });
  const answer = await fetch(`${server.origin}/api/rpc/webhooks/twilio/sms`, {
    method: "POST",
    body: new URLSearchParams({ MessageStatus: "sent" }),
  });
  expect(answer.status).toBe(503);
  expect(server.output()).toContain("TWILIO_WEBHOOK_AUTH_TOKEN is not set");
});
