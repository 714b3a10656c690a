import { SQL } from "bun";
import { expect, test } from "bun:test";
import { runDoctor } from "../ops/doctor-run.ts";
import { HAS_PROMTOOL, promtool } from "../ops/promtool.ts";
import {
  newPostgresDatabase,
  newPostgresLedger,
} from "../support/postgres-server.ts";
import { startServer } from "../support/start-server.ts";
import { until } from "../support/until.ts";

type Origin = { readonly origin: string };

async function readiness({ origin }: Origin) {
  const answer = await fetch(`${origin}/readyz`);
  const body: unknown = await answer.json();
  const keeper: Record<string, unknown> = {
    ...Object(Object(body)["keeper"]),
  };
  return { status: answer.status, keeper };
}

async function metricsOf({ origin }: Origin) {
  const text = await (await fetch(`${origin}/metrics`)).text();
  const value = (name: string) =>
    Number(new RegExp(`^smsledger_${name} (.*)$`, "m").exec(text)?.[1]);
  return { text, value };
}

test("each node's health and metrics say who the keeper is, and how far behind", async () => {
  await using database = await newPostgresLedger();
  const env = { DATABASE_URL: database.url };
  await using one = await startServer(env);
  await until(async () => (await readiness(one)).keeper["isThisNode"] === true);
  await using other = await startServer(env);
  const { status, keeper } = await readiness(other);
  expect(status).toBe(200);
  expect(keeper).toMatchObject({
    node: expect.stringMatching(/, process \d+$/),
    isThisNode: false,
    since: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    missingSeconds: 0,
    behindSeconds: 0,
    waitingCallbacks: 0,
    setAsideCallbacks: 0,
    problem: null,
  });
  // Only whoever may read the metrics learns the host's name.
  await using third = await startServer({
    ...env,
    METRICS_TOKEN: "t".repeat(32),
  });
  const { keeper: told } = await readiness(third);
  expect(told).toMatchObject({ isThisNode: false, problem: null });
  expect(told).not.toHaveProperty("node");
  expect((await metricsOf(one)).value("is_keeper")).toBe(1);
  const { text, value } = await metricsOf(other);
  expect(
    [
      "is_keeper",
      "keeper_lag_seconds",
      "keeper_missing_seconds",
      "inbox_callbacks",
      "set_aside_callbacks",
      "ready",
    ].map(value),
  ).toEqual([0, 0, 0, 0, 0, 1]);
  expect(value("database_bytes")).toBeGreaterThan(1_000_000);
  // What only a file has.
  expect(text).not.toMatch(/smsledger_(?:disk|database_log)/);
  if (HAS_PROMTOOL)
    expect(await promtool(["check", "metrics"], text)).toEqual({
      status: 0,
      output: "",
    });
});

test("a node that can receive stays ready when nothing is recorded, and says what is wrong", async () => {
  await using database = await newPostgresLedger();
  await using server = await startServer({ DATABASE_URL: database.url });
  await until(
    async () => (await readiness(server)).keeper["isThisNode"] === true,
  );
  await using sql = new SQL(database.url, { max: 2 });
  await sql.begin(async (blocker) => {
    await blocker`SELECT FROM keeper FOR UPDATE`;
    expect((await server.twilio.post()).status).toBe(200);
    await sql`UPDATE inbox SET appended_at = now() - interval '2 minutes'`;
    const { status, keeper } = await until(async () => {
      const answer = await readiness(server);
      return answer.keeper["problem"] !== null && answer;
    });
    expect(status).toBe(200);
    expect(keeper["problem"]).toMatch(
      /^The keeper \(.*, process \d+\) is 2 min( \d s)? behind: 1 callback is waiting to be recorded\.$/,
    );
    expect(keeper["behindSeconds"]).toBeGreaterThanOrEqual(120);
    expect(
      (await metricsOf(server)).value("keeper_lag_seconds"),
    ).toBeGreaterThanOrEqual(120);
    // Once its lease is over, there is no keeper.
    const vacant = await until(async () => {
      const answer = await readiness(server);
      return answer.keeper["node"] === null && answer;
    });
    expect(vacant).toMatchObject({
      status: 200,
      keeper: { isThisNode: false, waitingCallbacks: 1 },
    });
  });
  await until(async () => {
    const { keeper } = await readiness(server);
    return keeper["isThisNode"] === true && keeper["waitingCallbacks"] === 0;
  });
});

test("with SQLite, nobody is asked about a keeper", async () => {
  await using server = await startServer();
  const answer = await (await fetch(`${server.origin}/readyz`)).text();
  expect(answer).not.toContain("keeper");
  expect((await metricsOf(server)).text).not.toMatch(/keeper|inbox|set_aside/);
});

test("the settings page shows the database, who records, and no file", async () => {
  await using database = await newPostgresLedger();
  await using server = await startServer({ DATABASE_URL: database.url });
  await until(
    async () => (await readiness(server)).keeper["isThisNode"] === true,
  );
  const page = await (await fetch(`${server.origin}/settings`)).text();
  const text = page.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
  expect(text).toMatch(
    /Database database &quot;test_\w+&quot; at \S+ [\d.]+ MB DATABASE_URL Recording \S+, process \d+ \(this node\) became the keeper just now \. No callback waits\. Backups Made with PostgreSQL’s own tools, such as pg_dump and pg_basebackup \./,
  );
  expect(text).not.toMatch(/BACKUP_FOLDER|Disk|file is not there/);
});

test("doctor checks the database, and gives no advice about files", async () => {
  await using database = await newPostgresDatabase();
  const env = { DATABASE_URL: database.url, PORT: "0" };
  const { status, text, topic } = await runDoctor(env);
  // The server of these tests isn't durable.
  expect(status).toBe(1);
  expect(topic("Database").join("\n")).toMatch(
    /✓ The server is PostgreSQL[^]*✗ The server's setting fsync is off[^]*! The database "test_\w+" at \S+ is empty\./,
  );
  expect(topic("Disk")[0]).toStartWith("✓ The database is on a server");
  expect(topic("Backups").join(" ")).toMatch(
    /^! smsledger makes no backups of a PostgreSQL database.*pg_dump/,
  );
  expect(text).not.toMatch(/BACKUP_FOLDER|folder/);
});

test("doctor reports an address that can't be used, and goes on", async () => {
  for (const [url, reason] of [
    [
      "postgres://ana:s3cret@db.example/ledger?ssl=1",
      /unknown parameter "ssl"/,
    ],
    ["postgres://ana:s3cret@127.0.0.1:1/ledger", /nothing answers on port 1\b/],
  ] as const) {
    const env = { DATABASE_URL: url, PORT: "0" };
    const { status, text, topic } = await runDoctor(env);
    expect(status).toBe(1);
    expect(topic("Database")[0]).toMatch(/^✗ /);
    expect(topic("Database")[0]).toMatch(reason);
    expect(topic("Clock")[0]).not.toBe("");
    expect(text).not.toContain("s3cret");
  }
});
