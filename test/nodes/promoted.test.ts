import { expect, test } from "bun:test";
import { SQL } from "bun";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { PROGRAM } from "../cli/program.ts";
import { startLoad, type Ledger } from "../faults/load.ts";
import { startProcess } from "../faults/server-process.ts";
import { freePort } from "../support/free-port.ts";
import { canCopyServers, startPostgres } from "../support/postgres-server.ts";
import { tempDir } from "../support/temp-dir.ts";
import { until } from "../support/until.ts";
import { checkRecorded } from "./site.ts";

const HOST = "db.smsledger.test";
/** Where the first server listens, and the second. */
const [FIRST, SECOND] = ["127.0.0.2", "127.0.0.3"];

/** Starts the program with a file of its own in place of /etc/hosts. */
const withHosts = (file: string): string[] => [
  "unshare",
  "--mount",
  "sh",
  "-c",
  'mount --bind "$1" /etc/hosts && shift && exec "$@"',
  "sh",
  file,
  ...PROGRAM,
];

/** Whether this machine lets a test give a process its own names of hosts. */
const canMount =
  Bun.which("unshare") !== null &&
  Bun.spawnSync([
    "unshare",
    "--mount",
    "mount",
    "--bind",
    "/etc/hosts",
    "/etc/hosts",
  ]).success;

test.skipIf(!canMount || !canCopyServers())(
  "when the database fails over to a replica behind the same name, a node goes on there by itself, and nothing is lost (needs root, to change what the name means, and pg_basebackup)",
  async () => {
    using folder = tempDir();
    const hosts = join(folder.path, "hosts");
    const point = (address: string): void =>
      writeFileSync(hosts, `127.0.0.1 localhost\n${address} ${HOST}\n`);
    const port = freePort();
    await using primary = await startPostgres({
      port,
      settings: [`listen_addresses=${FIRST}`],
    });
    await using replica = await startPostgres({
      port,
      settings: [`listen_addresses=${SECOND}`],
      standbyOf: primary,
    });
    {
      await using sql = new SQL(primary.urlOf("postgres"), { max: 1 });
      await sql`ALTER SYSTEM SET synchronous_standby_names = 'standby'`;
      await sql`SELECT pg_reload_conf()`;
      await until(async () => {
        const rows = await sql`SELECT sync_state FROM pg_stat_replication`;
        expect([...rows]).toEqual([{ sync_state: "sync" }]);
      });
    }
    point(FIRST);
    const node = await startProcess(
      `postgres://postgres@${HOST}:${port}/postgres?sslmode=disable`,
      // As in the unit and the image; otherwise it takes half a minute.
      { BUN_CONFIG_DNS_TIME_TO_LIVE_SECONDS: "5" },
      withHosts(hosts),
    );
    const ledger: Ledger = new Set();
    const load = startLoad(node.origin, ledger, 4);
    try {
      await until(() => ledger.size > 200);
      await primary.stop("crash");
      await until(() => (load.answers.get(503) ?? 0) > 0);
      {
        await using sql = new SQL(replica.urlOf("postgres"), { max: 1 });
        await sql`SELECT pg_promote()`;
      }
      point(SECOND);
      const before = ledger.size;
      await until(() => ledger.size > before + 200);
    } finally {
      await load.stop();
    }
    expect(await checkRecorded(replica.urlOf("postgres"), ledger)).toEqual({
      twice: 0,
      gaps: 0,
    });
    expect((await fetch(`${node.origin}/readyz?pages`)).status).toBe(200);
    await node.kill();
  },
  120_000,
);
