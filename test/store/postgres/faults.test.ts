import { expect, test } from "bun:test";
import {
  openDatabase,
  type Database,
} from "../../../src/store/postgres/connection/database.ts";
import { openPool } from "../../../src/store/postgres/connection/pool.ts";
import { codeOf } from "../../../src/store/postgres/connection/postgres-errors.ts";
import { postgresSettings } from "../../../src/store/postgres/connection/settings.ts";
import { StoreUnavailable } from "../../../src/store/store.ts";
import { BEGIN_WRITING } from "../../../src/store/postgres/connection/writing.ts";
import { secret } from "../../../src/store/sql/tables/secrets.ts";
import {
  newPostgresDatabase,
  startPostgres,
} from "../../support/postgres-server.ts";
import { until } from "../../support/until.ts";

/** What a caller is promised, and what a busy machine adds. */
const ANSWER_MS = 5_000 + 1_500;

test("connections that the server ended are replaced unnoticed", async () => {
  await using server = await newPostgresDatabase();
  await using node = await opened(server.url);
  for (let time = 0; time < 3; time++) {
    await Promise.all(Array.from({ length: 5 }, () => readCode(node)));
    await asAdmin(server.url, END_OTHERS);
    await Promise.all([
      ...Array.from({ length: 5 }, () => readCode(node)),
      node.write("setSetupCode", `code-${time}`),
    ]);
    expect(await readCode(node)).toBe(`code-${time}`);
  }
});

test("while a server is stopped, reads and writes are refused with the reason, and then work again", async () => {
  await using server = await startPostgres();
  await using node = await opened(server.urlOf("postgres"));
  for (const [time, how] of (["in order", "crash"] as const).entries()) {
    await node.write("setSetupCode", `before-${time}`);
    await server.stop(how);
    for (const failing of [
      readCode(node),
      node.write("setSetupCode", "lost"),
    ]) {
      const error = await rejection(failing);
      expect(error).toBeInstanceOf(StoreUnavailable);
      expect(String(error)).toContain("there is no server at the socket");
    }
    await server.start();
    expect(await readCode(node)).toBe(`before-${time}`);
    await node.write("setSetupCode", `after-${time}`);
    expect(await readCode(node)).toBe(`after-${time}`);
  }
});

test("when a server falls silent, everything is refused within five seconds, and works again once it answers", async () => {
  await using server = await startPostgres();
  await using node = await opened(server.urlOf("postgres"));
  await Promise.all([readCode(node), readCode(node)]);
  server.signal("SIGSTOP");
  const from = performance.now();
  const refused = await Promise.all(
    [
      ...Array.from({ length: 15 }, () => readCode(node)),
      ...Array.from({ length: 5 }, () => node.write("setSetupCode", "lost")),
    ].map(rejection),
  );
  const tookMs = performance.now() - from;
  server.signal("SIGCONT");
  for (const error of refused) {
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect(String(error)).toContain("the server doesn't answer");
  }
  expect(tookMs).toBeLessThan(ANSWER_MS);
  await until(() => node.write("setSetupCode", "kept"));
  expect(await readCode(node)).toBe("kept");
});

test("a write whose connection ends before its commit is done again, once", async () => {
  await using server = await newPostgresDatabase();
  await using node = await opened(server.url);
  // A sequence counts also what is undone.
  await asAdmin(
    server.url,
    `CREATE SEQUENCE tries;
    CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF nextval('tries') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
      RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER cut AFTER INSERT ON secrets DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION cut()`,
  );
  await node.write("setSetupCode", "kept");
  expect(await readCode(node)).toBe("kept");
  expect(
    await asAdmin(server.url, "SELECT last_value AS tries FROM tries"),
  ).toEqual([{ tries: 2 }]);
});

test("a write whose connection ends after its commit isn't done again", async () => {
  await using server = await startPostgres();
  const url = server.urlOf("postgres");
  await using node = await opened(url);
  await asAdmin(url, "CREATE SEQUENCE tries");
  await asAdmin(
    url,
    `CREATE FUNCTION count_try() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      PERFORM nextval('tries'); RETURN NULL; END $$;
    CREATE TRIGGER count_try AFTER INSERT ON secrets FOR EACH STATEMENT EXECUTE FUNCTION count_try()`,
  );
  // With a standby that doesn't exist, a commit waits for it after it's done here.
  await asAdmin(url, "ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
  await asAdmin(url, "SELECT pg_reload_conf()");
  // Until the server has read that, a commit doesn't wait, so another write follows.
  let writes = 0;
  for (let isCut = false; !isCut; writes++) {
    let isWritten = false;
    const writing = node.write("setSetupCode", "kept").then(() => {
      isWritten = true;
    });
    await until(async () => {
      const cut = await asAdmin(
        url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'",
      );
      isCut = cut.length > 0;
      return isCut || isWritten;
    });
    await writing;
  }
  expect(await readCode(node)).toBe("kept");
  expect(await asAdmin(url, "SELECT last_value AS tries FROM tries")).toEqual([
    { tries: writes },
  ]);
});

test("when nobody can know whether a write was committed, that is what its caller learns", async () => {
  await using server = await startPostgres();
  const url = server.urlOf("postgres");
  await using node = await opened(url);
  await asAdmin(
    url,
    `CREATE FUNCTION rest() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      PERFORM pg_sleep(3); RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER rest AFTER INSERT ON secrets DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION rest()`,
  );
  const writing = rejection(node.write("setSetupCode", "maybe"));
  await until(
    async () =>
      (
        await asAdmin(
          url,
          "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'",
        )
      ).length > 0,
  );
  server.signal("SIGSTOP");
  const error = await writing;
  server.signal("SIGCONT");
  expect(error).toBeInstanceOf(StoreUnavailable);
  expect(String(error)).toContain(
    "Check whether it was made before you repeat it",
  );
});

test("a query that takes too long is ended by the server, which keeps the connection", async () => {
  await using server = await newPostgresDatabase();
  await using node = await opened(server.url);
  const locking = openPool(postgresSettings(server.url), { max: 1 });
  const lock = await locking.reserve();
  await lock.query(
    "BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0; LOCK TABLE secrets",
  );
  const error = await rejection(readCode(node));
  expect(error).toBeInstanceOf(StoreUnavailable);
  expect(String(error)).toContain("took too long");
  lock.release();
  await locking.close();
  await until(() => readCode(node));
});

test("a node that stalls in the middle of a write keeps the others waiting for less than five seconds", async () => {
  await using server = await newPostgresDatabase();
  await using node = await opened(server.url);
  const stalled = openPool(postgresSettings(server.url), { max: 1 });
  const write = await stalled.reserve();
  await write.query(BEGIN_WRITING);
  const from = performance.now();
  await node.write("setSetupCode", "kept");
  expect(performance.now() - from).toBeLessThan(ANSWER_MS);
  const error = await rejection(write.query("COMMIT"));
  expect(codeOf(error)).toBe("25P03");
  write.release();
  await stalled.close();
});

test("what is committed is on disk, whatever the server's default is", async () => {
  await using server = await newPostgresDatabase();
  await using node = await opened(server.url);
  await asAdmin(
    server.url,
    `CREATE TABLE seen (setting text);
    CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO seen VALUES (current_setting('synchronous_commit'));
      RETURN NULL; END $$;
    CREATE TRIGGER note AFTER INSERT ON secrets FOR EACH ROW EXECUTE FUNCTION note()`,
  );
  await node.write("setSetupCode", "kept");
  expect(await asAdmin(server.url, "SELECT setting FROM seen")).toEqual([
    { setting: "on" },
  ]);
});

test("a number that JavaScript can't represent is refused, not rounded", async () => {
  await using server = await newPostgresDatabase();
  expect(
    await asAdmin(
      server.url,
      "SELECT 9007199254740991 AS most, 1.5 AS part, true AS yes, ARRAY[1, 2]::int8[] AS some, '9007199254740993' AS text",
    ),
  ).toEqual([
    {
      most: 9_007_199_254_740_991,
      part: 1.5,
      yes: 1,
      some: [1, 2],
      text: "9007199254740993",
    },
  ]);
  for (const value of [
    "9007199254740993",
    "-9007199254740993",
    "sum(9007199254740993)",
    "ARRAY[9007199254740993]",
  ])
    expect(asAdmin(server.url, `SELECT ${value} AS value`)).rejects.toThrow(
      RangeError,
    );
});

test("a transaction in which a query failed isn't reported as committed", async () => {
  await using server = await newPostgresDatabase();
  const pool = openPool(postgresSettings(server.url), { max: 1 });
  await pool.use(async ({ query }) => {
    await query("BEGIN");
    await rejection(query("SELECT 1 / 0"));
    expect(query("COMMIT")).rejects.toThrow("in which a query failed");
  });
  await pool.close();
});

const END_OTHERS =
  "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";

async function opened(url: string): Promise<Database & AsyncDisposable> {
  const database = openDatabase(url, { mayCreate: true });
  await database.opened;
  return { ...database, [Symbol.asyncDispose]: () => database.close() };
}

function readCode({ db, read }: Database): Promise<string | undefined> {
  return read(() => secret(db, "setup code"));
}

async function asAdmin(url: string, text: string) {
  const pool = openPool(postgresSettings(url), { max: 1 });
  try {
    return [...(await pool.use(({ query }) => query(text)))];
  } finally {
    await pool.close();
  }
}

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new Error(`It resolved to ${JSON.stringify(value)}.`);
    },
    (error: unknown) => error,
  );
}
