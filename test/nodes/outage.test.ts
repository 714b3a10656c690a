import { afterAll, beforeAll, expect, test } from "bun:test";
import { SQL } from "bun";
import { chownSync } from "node:fs";
import { join } from "node:path";
import { PROGRAM, run } from "../cli/program.ts";
import { run as mustRun } from "../faults/disk-faults.ts";
import { startLoad, type Ledger, type Load } from "../faults/load.ts";
import { startProcess, type ServerProcess } from "../faults/server-process.ts";
import { freePort } from "../support/free-port.ts";
import {
  startPostgres,
  unprivilegedUser,
  type PostgresServer,
} from "../support/postgres-server.ts";
import { tempDir } from "../support/temp-dir.ts";
import { twilioClient } from "../support/twilio-client.ts";
import { until } from "../support/until.ts";
import { checkRecorded } from "./site.ts";
import { longTest, someOf } from "../support/long-runs.ts";

/** What a caller is promised, and what a busy machine adds. */
const ANSWER_MS = 5_000 + 2_000;
const CLIENTS = 8;
/** The superuser comes through the socket, and a node, with a password, over TCP. */
const PG_HBA = `local all all trust
host all all 127.0.0.1/32 scram-sha-256
`;

let server: PostgresServer;
let admin: SQL;
let node: ServerProcess;
let folder: ReturnType<typeof tempDir>;
let port: number;

/** Writes the file that the node has the address from. */
async function giveAddress(password: string): Promise<string> {
  const file = join(folder.path, "database-url");
  await Bun.write(file, `postgres://node:${password}@127.0.0.1:${port}/ledger`);
  return file;
}

beforeAll(async () => {
  port = freePort();
  folder = tempDir();
  server = await startPostgres({ port, files: { "pg_hba.conf": PG_HBA } });
  admin = new SQL(server.urlOf("postgres"), { max: 1 });
  await admin.unsafe("CREATE ROLE node LOGIN PASSWORD 'first'");
  await admin.unsafe("CREATE DATABASE ledger OWNER node");
  node = await startProcess("", {
    DATABASE_URL_FILE: await giveAddress("first"),
  });
});

afterAll(async () => {
  await node.kill();
  await admin.close({ timeout: 0 });
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

/** The superuser's own connection ends with the server, too. */
async function asAdmin(text: string): Promise<void> {
  await until(() => admin.unsafe(text).then(() => true));
}

const END_CONNECTIONS =
  "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'node'";

/** Waits for more answers with a status. */
async function more({ answers }: Load, status: number, count: number) {
  const enough = (answers.get(status) ?? 0) + count;
  await until(() => (answers.get(status) ?? 0) >= enough);
}

/** What a node says while it can't reach its database; `reason` is what its messages have. */
async function expectRefusals(reason: RegExp): Promise<void> {
  const from = performance.now();
  const refused = await twilioClient(node.origin).post();
  expect(performance.now() - from).toBeLessThan(ANSWER_MS);
  expect(refused.status).toBe(503);
  expect(refused.headers.get("retry-after")).toBe("5");
  expect(await refused.text()).toMatch(reason);
  await Promise.all(
    ["/", "/messages", "/errors", "/refusals"].map(async (path) => {
      const page = await fetch(node.origin + path, {
        headers: { accept: "text/html" },
      });
      expect([path, page.status]).toEqual([path, 503]);
      expect((await page.text()).replaceAll(/&#?\w+;/g, "'")).toMatch(reason);
    }),
  );
  const ready = await fetch(`${node.origin}/readyz`);
  expect(ready.status).toBe(503);
  expect((await ready.json()).reason).toMatch(reason);
  expect((await fetch(`${node.origin}/livez`)).status).toBe(200);
}

/** Loads a node while its database is away and back, and checks everything it promised. */
async function liveThrough(
  breakDown: () => Promise<void>,
  reason: RegExp,
  mend: () => Promise<void>,
): Promise<void> {
  const ledger: Ledger = new Set();
  const load = startLoad(node.origin, ledger, CLIENTS);
  await more(load, 200, 50);
  await breakDown();
  await more(load, 503, 20);
  await expectRefusals(reason);
  await mend();
  await more(load, 200, 50);
  await load.stop();
  for (const path of ["/", "/messages", "/refusals", "/readyz"])
    await until(async () =>
      expect((await fetch(node.origin + path)).status).toBe(200),
    );
  expect([...load.answers.keys()].toSorted((a, b) => a - b)).toEqual([
    200, 503,
  ]);
  const url = server.urlOf("ledger");
  expect(await checkRecorded(url, ledger)).toEqual({ twice: 0, gaps: 0 });
}

test.each(someOf(["in order", "crash"] as const, 1))(
  "a database server that stops (%s) and starts again",
  async (how) => {
    await liveThrough(
      () => server.stop(how),
      /nothing answers on port \d+\. Start the server/,
      () => server.start(),
    );
  },
);

test("a database server that falls silent, and goes on", async () => {
  await liveThrough(
    async () => server.signal("SIGSTOP"),
    /the server doesn't answer|did not answer in time/,
    async () => server.signal("SIGCONT"),
  );
});

test("a changed password, until the file with the address has it", async () => {
  await liveThrough(
    async () => {
      await asAdmin("ALTER ROLE node PASSWORD 'second'");
      await asAdmin(END_CONNECTIONS);
    },
    /the server refuses the password of the user node\. Check DATABASE_URL/,
    async () => void (await giveAddress("second")),
  );
});

test("connections that are cut again and again, also within commits, cost and double nothing", async () => {
  const ledger: Ledger = new Set();
  const load = startLoad(node.origin, ledger, CLIENTS);
  for (let round = 0; round < 20; round++) {
    await more(load, 200, 20);
    await asAdmin(END_CONNECTIONS);
  }
  await load.stop();
  const others = [...load.answers.keys()].filter((code) => code !== 200);
  expect(others.filter((code) => code !== 503)).toEqual([]);
  const url = server.urlOf("ledger");
  expect(await checkRecorded(url, ledger)).toEqual({ twice: 0, gaps: 0 });
});

test("a node that starts while its database is away says so and ends, so that it's started again", async () => {
  await server.stop("in order");
  const { status, stdout, stderr } = await run(PROGRAM, ["serve"], {
    env: { DATABASE_URL_FILE: join(folder.path, "database-url"), PORT: "0" },
  });
  await server.start();
  expect([status, stdout]).toEqual([1, ""]);
  expect(stderr).toMatch(
    /^The database "ledger" at 127\.0\.0\.1:\d+: nothing answers on port \d+\. Start the server.*\n$/,
  );
});

const canMount = process.getuid?.() === 0 && Bun.which("mount") !== null;

longTest.skipIf(!canMount)(
  "a full disk of the database server, until it has space again (needs root, to make a small one)",
  async () => {
    using disk = tempDir();
    mustRun("mount", "-t", "tmpfs", "-o", "size=64m", "none", disk.path);
    const { uid, gid } = unprivilegedUser() ?? { uid: 0, gid: 0 };
    chownSync(disk.path, uid, gid);
    const ballast = join(disk.path, "ballast");
    const away = node;
    try {
      // Only what's recorded is there: without space for its log, the server itself ends.
      await asAdmin(`CREATE TABLESPACE small LOCATION '${disk.path}'`);
      await asAdmin("CREATE DATABASE full_disk OWNER node TABLESPACE small");
      node = await startProcess(server.urlOf("full_disk"));
      const ledger: Ledger = new Set();
      const load = startLoad(node.origin, ledger, CLIENTS);
      await more(load, 200, 50);
      Bun.spawnSync(["dd", "if=/dev/zero", `of=${ballast}`, "bs=4096"], {
        stderr: "ignore",
      });
      await more(load, 503, 20);
      // A few still find space in a page that is there.
      await until(async () => {
        const refused = await twilioClient(node.origin).post();
        expect(refused.status).toBe(503);
        expect(refused.headers.get("retry-after")).toBe("5");
        expect(await refused.text()).toContain("the server's disk is full");
      });
      expect((await fetch(`${node.origin}/messages`)).status).toBe(200);
      mustRun("rm", ballast);
      await more(load, 200, 50);
      await load.stop();
      expect([...load.answers.keys()].toSorted((a, b) => a - b)).toEqual([
        200, 503,
      ]);
      const url = server.urlOf("full_disk");
      expect(await checkRecorded(url, ledger)).toEqual({ twice: 0, gaps: 0 });
    } finally {
      if (node !== away) await node.kill();
      node = away;
      await asAdmin("DROP DATABASE IF EXISTS full_disk WITH (FORCE)");
      await asAdmin("DROP TABLESPACE IF EXISTS small");
      mustRun("umount", disk.path);
    }
  },
);
