import { expect, test } from "bun:test";
import { join } from "node:path";
import { PROGRAM, run } from "../cli/program.ts";
import { runTool } from "../deploy/tools.ts";
import { documentOf } from "../docs/documents.ts";
import { startProcess } from "../faults/server-process.ts";
import {
  newPostgresDatabase,
  newPostgresLedger,
} from "../support/postgres-server.ts";
import { tempDir } from "../support/temp-dir.ts";
import { newMessageSid, twilioClient } from "../support/twilio-client.ts";
import { until } from "../support/until.ts";

test("a restored dump has what was recorded, and refuses cursors from before once its id is new", async () => {
  await using database = await newPostgresLedger();
  await using restored = await newPostgresDatabase();
  using folder = tempDir();
  const file = join(folder.path, "smsledger.dump");
  const sid = newMessageSid();
  const env = { DATABASE_URL: database.url };
  const { stdout } = await run(PROGRAM, ["token", "add", "crm"], { env });
  const events = (origin: string, cursor = "") =>
    fetch(`${origin}/api/v1/events?cursor=${cursor}`, {
      headers: { authorization: `Bearer ${stdout.trim()}` },
    });

  const node = await startProcess(database.url);
  let cursor = "";
  try {
    await twilioClient(node.origin).post({ MessageSid: sid });
    await until(async () => {
      const { data, nextCursor } = await (await events(node.origin)).json();
      expect(data).toHaveLength(1);
      cursor = nextCursor;
    });
    // While it runs.
    expect(
      await runTool(["pg_dump", "-Fc", "--file", file, database.url]),
    ).toEqual({ status: 0, said: "" });
  } finally {
    await node.kill();
  }

  const restore = ["pg_restore", "--no-owner", "--dbname", restored.url, file];
  expect(await runTool(restore)).toEqual({ status: 0, said: "" });
  const [, update = ""] =
    /(UPDATE ledger [^"]+)/.exec(documentOf("docs/postgresql.md")) ?? [];
  expect(
    await runTool(["psql", "--dbname", restored.url, "--command", update]),
  ).toEqual({ status: 0, said: "UPDATE 1\n" });

  const other = await startProcess(restored.url);
  try {
    expect((await fetch(`${other.origin}/messages/${sid}`)).status).toBe(200);
    expect((await events(other.origin, cursor)).status).toBe(410);
    expect((await events(other.origin)).status).toBe(200);
    expect((await twilioClient(other.origin).post()).status).toBe(200);
  } finally {
    await other.kill();
  }
});
