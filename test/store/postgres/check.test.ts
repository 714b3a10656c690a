import { SQL } from "bun";
import { expect, test } from "bun:test";
import {
  deadRowFindings,
  transactionFindings,
} from "../../../src/store/postgres/check/tables.ts";
import {
  clockFindings,
  connectionsFinding,
  tlsFindings,
  useFindings,
  versionFinding,
} from "../../../src/store/postgres/check/server.ts";
import { openPool } from "../../../src/store/postgres/connection/pool.ts";
import { postgresSettings } from "../../../src/store/postgres/connection/settings.ts";
import { postgresEngine } from "../../../src/store/postgres/postgres-engine.ts";
import type { Finding } from "../../../src/words/finding.ts";
import { addSampleEndpoint } from "../../forwarding/sample-endpoints.ts";
import { freePort } from "../../support/free-port.ts";
import { openStore } from "../../support/open-store.ts";
import {
  newPostgresDatabase,
  newPostgresLedger,
  startPostgres,
  type PostgresServer,
} from "../../support/postgres-server.ts";
import { eventsIn } from "../../support/rows.ts";
import { until } from "../../support/until.ts";
import { eventOf } from "../events.ts";

const check = (url: string, isServerRunning = false) =>
  postgresEngine(url).check({ isServerRunning, now: Date.now() });

const words = (findings: readonly Finding[]) =>
  findings.map(({ level, text }) => `${level}: ${text}`);
/** What isn't fine, but for what is true of each test server. */
const faults = (findings: readonly Finding[]) =>
  words(findings).filter(
    (each) =>
      !/^fine|fsync is off|full_page_writes is off|is a superuser/.test(each),
  );

/** A server as it should be: durable, and with a user who owns only the ledger. */
async function startProper(settings: readonly string[] = []) {
  const port = freePort();
  const server = await startPostgres({
    port,
    settings: ["fsync=on", "full_page_writes=on", ...settings],
    files: {
      "pg_hba.conf": "local all all trust\nhost all all 127.0.0.1/32 trust",
    },
  });
  await using sql = new SQL(server.urlOf("postgres"), { max: 1 });
  await sql.unsafe("CREATE ROLE ana LOGIN");
  await sql.unsafe("CREATE DATABASE ledger OWNER ana");
  return Object.assign(server, {
    url: `postgres://ana@127.0.0.1:${port}/ledger`,
  });
}

async function inLedger(server: PostgresServer, statement: string) {
  await using sql = new SQL(server.urlOf("ledger"), { max: 1 });
  await sql.unsafe(statement);
}

test("a proper server and its ledger are fine", async () => {
  await using server = await startProper();
  expect(words((await check(server.url)).findings).at(-1)).toMatch(
    /^note: The database "ledger" at 127\.0\.0\.1:\d+ is empty\.$/,
  );
  const store = await openStore(server.url);
  await addSampleEndpoint(store, "crm", {});
  for (let count = 0; count < 20; count++)
    await store.recordEvent(eventOf({}, { receivedAt: Date.now() }));
  await store.settled();
  const { findings, bytes, bytesPerDay, users, upkeep, endpoints } =
    await check(server.url, true);
  expect(findings.filter(({ level }) => level !== "fine")).toEqual([]);
  expect(words(findings)).toEqual([
    expect.stringMatching(/^fine: The server is PostgreSQL \d+/),
    "fine: What the server has committed survives a crash of its machine.",
    expect.stringMatching(
      /^fine: The server allows this user 19\d connections, and a node takes up to 15: enough for 1[23] nodes/,
    ),
    "fine: The user ana may do what smsledger needs, and no more.",
    expect.stringMatching(
      /^fine: The database "ledger" at .* is an smsledger database, [\d.]+ MB\. At last week's rate, it grows by [\d.]+ MB a day\.$/,
    ),
    "fine: Messages are in 3 partitions, and the newest has room.",
    expect.stringMatching(
      /^fine: Callbacks are recorded by the node .*, process \d+, and none waits\.$/,
    ),
  ]);
  expect(bytes).toBeGreaterThan(1_000_000);
  expect(bytesPerDay).toBeGreaterThan(bytes / 2);
  expect(users).toEqual({ withPassword: 0, admins: 0 });
  expect(upkeep?.backup).toBeUndefined();
  expect(endpoints).toEqual([{ name: "crm", filter: "", state: "active" }]);
  await store.close();
});

test("settings that lose or damage data, and rights that are missing, are wrong", async () => {
  await using server = await startProper([
    "fsync=off",
    "full_page_writes=off",
    "autovacuum=off",
    "max_connections=20",
  ]);
  await (await openStore(server.url)).close();
  await inLedger(
    server,
    `ALTER TABLE messages OWNER TO postgres; GRANT SELECT ON messages TO ana;
      REVOKE CREATE ON SCHEMA public FROM PUBLIC;
      ALTER SCHEMA public OWNER TO postgres; GRANT USAGE ON SCHEMA public TO ana`,
  );
  const { findings } = await check(server.url);
  const all = words(findings).join("\n");
  for (const expected of [
    "wrong: The server's setting fsync is off: ",
    "wrong: The server's setting full_page_writes is off: ",
    "wrong: The server's setting autovacuum is off, ",
    "note: The server allows this user 17 connections, and a node takes up to 15: enough for one node only.",
    "wrong: The user ana can't create tables in the schema public",
    "wrong: 1 of the tables belong to postgres, so the user ana can't upgrade",
  ])
    expect(all).toContain(expected);
});

test("each failure to connect is a finding", async () => {
  await using server = await startProper();
  const noServer = `postgres://ana@127.0.0.1:${freePort()}/ledger`;
  for (const [url, reason] of [
    [noServer, "nothing answers on port"],
    [server.url.replace("ana@", "nobody@"), "refuses the user nobody"],
    [`${server.url}s`, "it doesn't exist. Create it (createdb ledgers)"],
    [`${server.url}?sslmode=require`, "doesn't offer TLS"],
  ] as const) {
    const { findings, bytes, users } = await check(url);
    expect([bytes, users]).toEqual([0, undefined]);
    expect(words(findings)).toEqual([expect.stringContaining(reason)]);
    expect(findings[0]?.level).toBe("wrong");
  }
});

test("another program's tables and a newer ledger are wrong, with what was found before", async () => {
  await using foreign = await newPostgresDatabase();
  await using sql = new SQL(foreign.url, { max: 1 });
  await sql`CREATE TABLE theirs (id integer)`;
  expect(faults((await check(foreign.url)).findings)).toEqual([
    expect.stringContaining("belongs to another program"),
  ]);
  await using newer = await newPostgresLedger();
  await using sqlOfNewer = new SQL(newer.url, { max: 1 });
  await sqlOfNewer`UPDATE smsledger_schema SET version = 9999`;
  const { findings } = await check(newer.url);
  expect(faults(findings)).toEqual([
    expect.stringContaining("wrong: The database was written by a newer"),
  ]);
  expect(findings.length).toBeGreaterThan(3);
});

test("callbacks that nobody records are wrong; without any, a keeper may be missing while no server runs", async () => {
  await using database = await newPostgresLedger();
  const { url } = database;
  await using sql = new SQL(url, { max: 1 });
  await sql`UPDATE keeper SET until = now() - interval '5 minutes'`;
  const found = async (isServerRunning: boolean) =>
    faults((await check(url, isServerRunning)).findings);
  const words = "No node has recorded callbacks for 5 min";
  expect(await found(false)).toEqual([
    expect.stringContaining(`note: ${words}`),
  ]);
  expect(await found(true)).toEqual([
    expect.stringContaining(`wrong: ${words}`),
  ]);
  await sql`INSERT INTO inbox (event) VALUES ('{}')`;
  expect(await found(false)).toEqual([
    expect.stringMatching(
      /^wrong: No node .*; 1 callback is waiting to be recorded\.$/,
    ),
  ]);
});

test("callbacks that were set aside are wrong, until they're moved back as it says", async () => {
  await using database = await newPostgresLedger();
  const { url } = database;
  await using sql = new SQL(url, { max: 1 });
  const store = await openStore(url);
  await until(async () => (await store.keeping?.())?.isThisNode);
  // As a version with a bug leaves them.
  await sql.begin(async (change) => {
    await change`SELECT FROM keeper FOR UPDATE`;
    await store.recordEvent(eventOf({}));
    await change`WITH taken AS (DELETE FROM inbox RETURNING id, event)
      INSERT INTO inbox_set_aside SELECT id, event, 'TypeError' FROM taken`;
  });
  const { findings } = await check(url, true);
  expect(faults(findings)).toEqual([
    "wrong: 1 callback couldn't be recorded and was set aside, because of an error in smsledger: TypeError.",
  ]);
  const [, statement = ""] =
    findings
      .map(({ advice }) => /run in psql: (.*)$/.exec(advice ?? ""))
      .find((each) => each !== null) ?? [];
  await sql.unsafe(statement);
  await store.settled();
  expect(await eventsIn(store)).toHaveLength(1);
  expect(faults((await check(url, true)).findings)).toEqual([]);
  await store.close();
});

test("dead rows that stay, and transactions that stay open, get a note", async () => {
  await using database = await newPostgresLedger();
  const pool = openPool(postgresSettings(database.url), { max: 1 });
  await using sql = new SQL(database.url, { max: 2 });
  await sql`ALTER TABLE inbox SET (autovacuum_enabled = false)`;
  await sql`INSERT INTO inbox (event) SELECT '{}' FROM generate_series(1, 2000)`;
  await sql`DELETE FROM inbox`;
  await pool.use(async ({ query }) => {
    expect(await deadRowFindings(query)).toEqual([]);
    const [dead] = await until(async () => {
      const found = await deadRowFindings(query, 1_000);
      return found.length > 0 && found;
    });
    expect(dead?.text).toBe(
      "The table inbox has 2,000 dead rows and 0 live ones: autovacuum doesn't keep up.",
    );
    await sql.begin(async (open) => {
      await open`SELECT txid_current()`;
      expect(await transactionFindings(query)).toEqual([]);
      const [found] = await until(async () => {
        const all = await transactionFindings(query, "10 milliseconds");
        return all.length > 0 && all;
      });
      expect(found?.text).toMatch(
        /^A transaction has been open for \d+ m?s \(.*process \d+\): meanwhile, no dead row is removed\.$/,
      );
    });
  });
  await pool.close();
});

test("a search path that names no schema is wrong", async () => {
  await using database = await newPostgresLedger();
  await using sql = new SQL(database.url, { max: 1 });
  const [{ name }] = await sql`SELECT current_database() AS name`;
  await sql.unsafe(`ALTER DATABASE ${name} SET search_path = nowhere`);
  expect(faults((await check(database.url)).findings)).toEqual([
    expect.stringContaining("no schema that this user's search_path names"),
  ]);
});

test("versions, connections, TLS, clocks and uses are judged", () => {
  const level = ({ level: each }: Finding) => each;
  const version = (number: number) =>
    level(versionFinding({ version: number, versionText: `${number}.1` }));
  expect([13, 14, 15, 18, 19].map(version)).toEqual([
    "wrong",
    "note",
    "fine",
    "fine",
    "note",
  ]);
  expect([14, 15, 30].map(connectionsFinding).map(level)).toEqual([
    "wrong",
    "note",
    "fine",
  ]);
  const tls = (
    hostname: string | undefined,
    sslMode: "disable" | "require" | "verify-full",
    used: string | null,
  ) => tlsFindings({ hostname, sslMode }, used).map(level);
  expect(tls(undefined, "disable", null)).toEqual([]);
  expect(tls("localhost", "disable", null)).toEqual([]);
  expect(tls("db.example.com", "disable", null)).toEqual(["note"]);
  expect(tls("db.example.com", "require", "TLSv1.3")).toEqual(["note"]);
  expect(tls("db.example.com", "verify-full", "TLSv1.3")).toEqual(["fine"]);
  expect(clockFindings(-3_000)).toEqual([]);
  expect(words(clockFindings(-90_000))).toEqual([
    "note: The server's clock is 1 min 30 s behind this machine's.",
  ]);
  const use = { encoding: "UTF8", isReplica: 0, isReadOnly: "off" };
  expect(useFindings(use)).toEqual([]);
  expect(
    words(useFindings({ encoding: "LATIN1", isReplica: 1, isReadOnly: "on" })),
  ).toEqual([
    expect.stringContaining("wrong: The database's encoding is LATIN1"),
    expect.stringContaining("wrong: The server is a replica"),
  ]);
});
