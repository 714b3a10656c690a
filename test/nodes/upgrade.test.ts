import { SQL } from "bun";
import { expect, test } from "bun:test";
import { join } from "node:path";
import { RECEIPTS_LOCK } from "../../src/store/postgres/connection/locks.ts";
import { FROM_SOURCE, PROGRAM, run } from "../cli/program.ts";
import { startLoad, type Ledger } from "../faults/load.ts";
import { startProcess } from "../faults/server-process.ts";
import { newPostgresLedger } from "../support/postgres-server.ts";
import { twilioClient } from "../support/twilio-client.ts";
import { until } from "../support/until.ts";

const [BUN = "", MAIN = ""] = FROM_SOURCE;
const NEXT_VERSION = [
  BUN,
  "--preload",
  join(import.meta.dir, "next-version.ts"),
  MAIN,
];

/** Changes tables on the way of a callback, takes a moment, and notes who becomes the keeper. */
const NEXT_MIGRATION = `
  SELECT pg_advisory_xact_lock(${RECEIPTS_LOCK});
  ALTER TABLE inbox ADD COLUMN next integer;
  ALTER TABLE receipts ADD COLUMN next integer;
  CREATE TABLE next_keepers (node text PRIMARY KEY);
  CREATE FUNCTION note_keeper() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO next_keepers VALUES (NEW.node) ON CONFLICT DO NOTHING; RETURN NULL; END $$;
  CREATE TRIGGER note_keeper AFTER UPDATE ON keeper FOR EACH ROW
    WHEN (NEW.holder IS NOT NULL) EXECUTE FUNCTION note_keeper();
  SELECT pg_sleep(1)`;

async function startNode(
  url: string,
  program = PROGRAM,
  env: Record<string, string> = {},
) {
  const node = await startProcess(url, env, program);
  const ready = async (query = "") => {
    const answer = await fetch(`${node.origin}/readyz${query}`);
    return { status: answer.status, body: Object(await answer.json()) };
  };
  return { ...node, ready, [Symbol.asyncDispose]: () => node.kill() };
}

test("a node of the version before receives during and after an upgrade, leaves everything else to the new one, and says so", async () => {
  await using database = await newPostgresLedger();
  await using sql = new SQL(database.url, { max: 1 });
  await using old = await startNode(database.url);
  await until(async () => (await old.ready()).body.keeper.isThisNode);
  expect((await old.ready("?pages")).status).toBe(200);
  const ledger: Ledger = new Set();
  const load = startLoad(old.origin, ledger, 1);
  await until(() => ledger.size > 50);

  await using next = await startNode(database.url, NEXT_VERSION, {
    NEXT_MIGRATION,
  });
  await until(async () => (await next.ready()).body.keeper.isThisNode);
  const before = ledger.size;
  const restricted = await until(async () => {
    const ready = await old.ready();
    // An answer that was begun before it noticed may still name the keeper.
    const { onlyReceives, keeper } = ready.body;
    return onlyReceives !== null && keeper === null && ready;
  });
  expect(restricted).toMatchObject({ status: 200, body: { ready: true } });
  const reason =
    /^The database was upgraded by a newer smsledger \(schema \d+; this node knows \d+\)\. This node only receives callbacks now\./;
  expect(restricted.body.onlyReceives).toMatch(reason);
  const forPages = await old.ready("?pages");
  expect(forPages.status).toBe(503);
  expect(forPages.body.reason).toMatch(reason);
  for (const path of ["/messages", "/"]) {
    const answer = await fetch(`${old.origin}${path}`);
    expect([path, answer.status]).toEqual([path, 503]);
  }
  expect((await fetch(`${next.origin}/messages`)).status).toBe(200);
  await until(() => ledger.size > before + 50);
  await load.stop();
  // Not one was refused, and each was recorded once.
  expect(Object.fromEntries(load.answers)).toEqual({ 200: ledger.size });
  await until(async () => {
    const recorded = await sql`SELECT count(*)::int AS events,
      count(DISTINCT (message_id, status))::int AS different FROM events`;
    expect([...recorded]).toEqual([
      { events: ledger.size, different: ledger.size },
    ]);
  });
  // Once as such; chores that can't be done give it as their reason.
  expect(
    old.log().match(/"msg":"The database was upgraded by a newer/g),
  ).toHaveLength(1);

  // A node of the version before that starts now ends.
  const late = await run(PROGRAM, ["serve"], {
    env: { DATABASE_URL: database.url, PORT: "0", SIGN_IN: "none" },
  });
  expect(late.status).toBe(1);
  expect(late.stderr).toMatch(/was written by a newer smsledger/);

  // Nor does the old one take over when no other node is left; it keeps what it receives.
  await next.kill();
  expect((await twilioClient(old.origin).post()).status).toBe(200);
  await until(async () => {
    const [keeper] =
      await sql`SELECT until < now() - interval '3 seconds' AS "isOver" FROM keeper`;
    return keeper.isOver;
  });
  const keepers =
    await sql`SELECT node LIKE ${`%, process ${next.pid}`} AS "isNext",
    (SELECT count(*)::int FROM inbox) AS waiting FROM next_keepers`;
  expect([...keepers]).toEqual([{ isNext: true, waiting: 1 }]);
}, 60_000);

test("a node that is too old even to receive refuses callbacks at once, says why, and works again with its own tables", async () => {
  await using database = await newPostgresLedger();
  await using sql = new SQL(database.url, { max: 1 });
  await using old = await startNode(database.url);
  const post = () => twilioClient(old.origin).post();
  expect((await post()).status).toBe(200);
  await using next = await startNode(database.url, NEXT_VERSION, {
    NEXT_MIGRATION:
      "ALTER FUNCTION append_callbacks(json) RENAME TO append_other_callbacks",
    NEXT_REFUSES: "1",
  });
  // Before it has looked.
  const refused = await post();
  expect(refused.status).toBe(503);
  expect(await refused.text()).toContain(
    "doesn't take what this node receives. Upgrade this node.",
  );
  const { status, body } = await old.ready();
  expect(status).toBe(503);
  expect(body.reason).toContain("Upgrade this node.");
  await next.kill();
  // As after a restored backup.
  await sql.unsafe(`ALTER FUNCTION append_other_callbacks(json) RENAME TO append_callbacks;
    UPDATE smsledger_schema SET version = version - 1`);
  await until(async () => expect((await post()).status).toBe(200));
  await until(async () => (await old.ready("?pages")).status === 200);
}, 60_000);
