import { expect, test } from "bun:test";
import { join } from "node:path";
import { PROGRAM, run } from "../cli/program.ts";
import { startProcess } from "../faults/server-process.ts";
import { newPostgresDatabase } from "../support/postgres-server.ts";
import { tempDir } from "../support/temp-dir.ts";
import { newMessageSid, twilioClient } from "../support/twilio-client.ts";
import { until } from "../support/until.ts";

test("a callback that one node received is listed by another, and by commands", async () => {
  await using database = await newPostgresDatabase();
  const [one, other] = await Promise.all([
    startProcess(database.url),
    startProcess(database.url),
  ]);
  try {
    const sid = newMessageSid();
    const answer = await twilioClient(one.origin).post({ MessageSid: sid });
    expect(answer.status).toBe(200);
    await until(async () => {
      const page = await fetch(`${other.origin}/messages/${sid}`);
      expect(page.status).toBe(200);
    });
    const env = { DATABASE_URL: database.url };
    const exported = await run(PROGRAM, ["export"], { env });
    expect(exported).toMatchObject({ status: 0, stderr: "" });
    expect(exported.stdout).toContain(sid);
  } finally {
    await Promise.all([one.kill(), other.kill()]);
  }
});

test("backup and restore name the database's own tools", async () => {
  using folder = tempDir();
  const env = { DATABASE_URL: "postgres://ana:s3cret@db.example/ledger" };
  for (const command of ["backup", "restore"]) {
    const file = join(folder.path, "copy.db");
    const ended = await run(PROGRAM, [command, file], { env });
    expect(ended.status).toBe(1);
    expect(ended.stdout + ended.stderr).toMatch(/pg_dump.*pg_basebackup/);
    expect(ended.stdout + ended.stderr).not.toContain("s3cret");
  }
});

test("config shows the address without its password", async () => {
  const env = { DATABASE_URL: "postgres://ana:s3c:r3t@db.example/ledger" };
  const { stdout } = await run(PROGRAM, ["config"], { env });
  expect(stdout).toMatch(
    /^DATABASE_URL +postgres:\/\/ana:…@db\.example\/ledger +environment$/m,
  );
});

test("an address comes from a file, and what is wrong with it is said without it", async () => {
  using folder = tempDir();
  const file = join(folder.path, "database-url");
  await Bun.write(file, "postgres://ana:s3cret@/ledger\n");
  const ended = await run(PROGRAM, ["user", "list"], {
    env: { DATABASE_URL_FILE: file },
  });
  expect(ended).toMatchObject({ status: 1, stdout: "" });
  expect(ended.stderr).toContain("DATABASE_URL isn't a valid address.");
  expect(ended.stderr).not.toContain("s3cret");
});

test("BACKUP_FOLDER is refused, as nothing would be backed up", async () => {
  const { status, stderr } = await run(PROGRAM, ["serve"], {
    env: {
      DATABASE_URL: "postgres://ana@db.example/ledger",
      BACKUP_FOLDER: "/var/backups",
    },
  });
  expect(status).toBe(2);
  expect(stderr).toContain("BACKUP_FOLDER: can't be set with a PostgreSQL");
});
