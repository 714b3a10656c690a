import { expect, test } from "bun:test";
import { join } from "node:path";
import { PROGRAM, run } from "../cli/program.ts";
import { runTool } from "../deploy/tools.ts";
import { startProcess } from "../faults/server-process.ts";
import { freePort } from "../support/free-port.ts";
import {
  startPostgres,
  type PostgresServer,
} from "../support/postgres-server.ts";
import { tempDir } from "../support/temp-dir.ts";
import { newMessageSid, twilioClient } from "../support/twilio-client.ts";
import { until } from "../support/until.ts";

const SCRIPT = join(import.meta.dir, "../../deploy/postgresql-role.sql");
const PASSWORD = "it's a p@ss/word";
const NUMBER = "+14155550123";
/** Passwords over TCP, as on a server that others can reach. */
const PG_HBA = `local all postgres trust
host all all 127.0.0.1/32 scram-sha-256
`;

/** Runs psql as a superuser, through the server's socket. */
function psql(
  { folder }: PostgresServer,
  port: number,
  args: readonly string[],
  env: readonly string[] = [],
) {
  const at = ["--no-psqlrc", `--host=${folder}`, `--port=${port}`];
  const program = ["env", ...env, "psql", ...at, "--username=postgres"];
  return runTool([...program, ...args]);
}

test("smsledger runs with the role that the script creates, which may do nothing else", async () => {
  const port = freePort();
  await using server = await startPostgres({
    port,
    files: { "pg_hba.conf": PG_HBA },
  });
  using folder = tempDir();
  const file = join(folder.path, "password");
  await Bun.write(file, `${PASSWORD}\n`);
  const create = () =>
    psql(server, port, ["--file", SCRIPT], [`SMSLEDGER_PASSWORD_FILE=${file}`]);
  // A second run changes nothing.
  expect(await create()).toMatchObject({ status: 0 });
  expect(await create()).toMatchObject({ status: 0 });
  const url = `postgres://smsledger:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/smsledger`;

  const node = await startProcess(url);
  const sid = newMessageSid();
  try {
    const twilio = twilioClient(node.origin);
    const answer = await twilio.post({ MessageSid: sid, To: NUMBER });
    expect(answer.status).toBe(200);
    await until(async () =>
      expect((await fetch(`${node.origin}/messages/${sid}`)).status).toBe(200),
    );
    const env = { DATABASE_URL: url };
    for (const command of [
      ["erase", NUMBER, "--yes"],
      ["prune", "--days=1", "--yes"],
      ["token", "add", "crm"],
    ])
      expect(await run(PROGRAM, command, { env })).toMatchObject({ status: 0 });
    const doctor = await run(PROGRAM, ["doctor"], { env });
    expect(doctor.stdout).toContain(
      "✓ The user smsledger may do what smsledger needs, and no more.",
    );
    const { stdout } = await run(PROGRAM, ["export"], { env });
    expect(stdout).toContain(sid);
    expect(stdout).not.toContain(NUMBER);
    const examined = await run(PROGRAM, ["doctor"], { env });
    expect(examined.stdout).toContain(
      "✓ The user smsledger may do what smsledger needs, and no more.",
    );
  } finally {
    await node.stop();
  }

  const rights = await psql(server, port, [
    "--dbname=smsledger",
    "--tuples-only",
    "--no-align",
    `--command=SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls,
      has_database_privilege('smsledger', 'smsledger', 'CREATE'),
      has_schema_privilege('smsledger', 'public', 'CREATE'),
      (SELECT string_agg(DISTINCT schemaname, ',') FROM pg_tables WHERE tableowner = 'smsledger')
      FROM pg_roles WHERE rolname = 'smsledger'`,
  ]);
  expect(rights).toEqual({ status: 0, said: "f|f|f|f|f|f|f|smsledger\n" });
});

test("the script creates nothing without a password", async () => {
  await using server = await startPostgres();
  const ended = await psql(server, 5_432, ["--file", SCRIPT]);
  expect(ended.status).not.toBe(0);
  expect(ended.said).toContain("Set SMSLEDGER_PASSWORD_FILE to a file");
  const roles = await psql(server, 5_432, [
    "--tuples-only",
    "--command=SELECT rolname FROM pg_roles WHERE rolname = 'smsledger'",
  ]);
  expect(roles).toEqual({ status: 0, said: "\n" });
});
