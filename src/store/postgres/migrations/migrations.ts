import { StoreUnavailable, StoreUnusable } from "../../store.ts";
import { LOCK_OF_WRITERS, UPGRADE_LOCK } from "../connection/locks.ts";
import type { Connection, Pool } from "../connection/pool.ts";
import {
  codeOf,
  isConflict,
  LOCK_NOT_AVAILABLE,
} from "../connection/postgres-errors.ts";
import messages from "./01-messages.sql" with { type: "text" };
import besideMessages from "./02-beside-messages.sql" with { type: "text" };
import inboxTimes from "./03-inbox-times.sql" with { type: "text" };
import requestWindows from "./04-request-windows.sql" with { type: "text" };
import copying from "./05-copying.sql" with { type: "text" };
import olderNodes from "./06-older-nodes.sql" with { type: "text" };
import sources from "./07-sources.sql" with { type: "text" };
import twilioApi from "./08-twilio-api.sql" with { type: "text" };
import detachedPartitions from "./09-detached-partitions.sql" with { type: "text" };
import prices from "./10-prices.sql" with { type: "text" };
import outcomes from "./11-outcomes.sql" with { type: "text" };
import missedRule from "./12-missed-rule.sql" with { type: "text" };
import sentAt from "./13-sent-at.sql" with { type: "text" };
import foundEvents from "./14-found-events.sql" with { type: "text" };
import apiMessages from "./15-api-messages.sql" with { type: "text" };
import costs from "./16-costs.sql" with { type: "text" };
import savedViews from "./17-saved-views.sql" with { type: "text" };

/**
 * Each takes the schema one version up. A file never changes once released: whatever it
 * needs is written out in it, so that no later change of the program changes it too.
 */
export const MIGRATIONS: readonly string[] = [
  messages,
  besideMessages,
  inboxTimes,
  requestWindows,
  copying,
  olderNodes,
  sources,
  twilioApi,
  detachedPartitions,
  prices,
  outcomes,
  missedRule,
  sentAt,
  foundEvents,
  apiMessages,
  costs,
  savedViews,
];

/** The schema version that this program writes and reads. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/**
 * Nodes that know at least this version may append callbacks to the tables of this program,
 * which records what they appended. At least one version that was released can, so that nodes are
 * upgraded one by one: `append_callbacks` takes what that version gives it, and answers as it
 * expects. Whoever raises this also gives the function another name, so that older nodes are
 * refused even before they notice.
 */
export const APPENDS_FROM = 6;

/** The database was written by a newer smsledger. */
export class NewerSchema extends StoreUnusable {}

const ASK_AGAIN_MS = 250;
/** How long a node waits for another one's upgrade, and an upgrade's step takes at most. */
const UPGRADE_MS_MAX = 30 * 60_000;
/**
 * How long an upgrade waits for a lock, such as one of a dump. What others do with the table waits
 * behind it meanwhile, and callbacks are refused after five seconds.
 */
const LOCK_MS_MAX = 2_000;
const LOCK_AGAIN_MS = 3_000;

/**
 * Brings the schema up to date, in one transaction, so that a crash leaves either version
 * whole. Among nodes that start at the same time, one does it and the others wait. Nodes of the
 * version before receive callbacks meanwhile and after, and do nothing else. So a migration that
 * changes what they append to (`inbox`, `receipts`, `copying`) must be a short one, and first takes
 * RECEIPTS_LOCK, which lets them end and keeps them waiting: otherwise both wait for each other. Calls `onUpgrade` before an upgrade. Throws
 * StoreUnusable as `requireOurs` does.
 */
export async function migrate(
  pool: Pool,
  onUpgrade: (from: number, to: number) => void = () => undefined,
): Promise<void> {
  const until = performance.now() + UPGRADE_MS_MAX;
  let isTold = false;
  const tellOnce = (from: number, to: number): void => {
    if (!isTold) onUpgrade(from, to);
    isTold = true;
  };
  for (;;) {
    const outcome = await pool.use((connection) =>
      tryToMigrate(connection, tellOnce),
    );
    if (outcome === "done") return;
    if (performance.now() > until)
      throw new StoreUnavailable(
        outcome === "busy"
          ? "Another node has been upgrading the database for half an hour. Check that node's log."
          : "The database couldn't be upgraded for half an hour, as something else locks its tables, such as a dump. See pg_stat_activity on the server, and start again once it's done.",
      );
    await Bun.sleep(outcome === "busy" ? ASK_AGAIN_MS : LOCK_AGAIN_MS);
  }
}

/** "busy" while another node does it, "locked" when something else didn't let go of a table. */
async function tryToMigrate(
  connection: Connection,
  onUpgrade: (from: number, to: number) => void,
): Promise<"done" | "busy" | "locked"> {
  if ((await requireOurs(connection)) === SCHEMA_VERSION) return "done";
  const { query } = connection;
  await query(
    `BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = ${LOCK_MS_MAX}`,
  );
  try {
    const [lock] = await query<{ isOurs: number }>(
      `SELECT pg_try_advisory_xact_lock(${UPGRADE_LOCK}) AS "isOurs"`,
    );
    const isOurs = lock?.isOurs === 1;
    if (isOurs) await migrateFrom(connection, onUpgrade);
    await query(isOurs ? "COMMIT" : "ROLLBACK");
    return isOurs ? "done" : "busy";
  } catch (error) {
    // A connection that ended has undone it.
    await query("ROLLBACK").catch(() => undefined);
    if (codeOf(error) === LOCK_NOT_AVAILABLE || isConflict(error))
      return "locked";
    throw error;
  }
}

async function migrateFrom(
  connection: Connection,
  onUpgrade: (from: number, to: number) => void,
): Promise<void> {
  const { query } = connection;
  const version = await requireOurs(connection);
  if (version === SCHEMA_VERSION) return;
  if (version === 0)
    await query(`CREATE TABLE smsledger_schema (
        one integer PRIMARY KEY CHECK (one = 1),
        version integer NOT NULL
      );
      INSERT INTO smsledger_schema VALUES (1, 0)`);
  else {
    await requireNoCopy(query, version);
    onUpgrade(version, SCHEMA_VERSION);
    await stopWriters(query);
  }
  for (const migration of MIGRATIONS.slice(version))
    await query(migration, [], { deadlineMs: UPGRADE_MS_MAX });
  await query(
    `UPDATE smsledger_schema SET version = ${SCHEMA_VERSION}, appends_from = ${APPENDS_FROM}`,
  );
}

/** The version that has the table `copying`. */
const COPIES_FROM = 5;

async function requireNoCopy(
  query: Connection["query"],
  version: number,
): Promise<void> {
  if (version < COPIES_FROM) return;
  const copying = await query("SELECT FROM copying");
  if (copying.length > 0)
    throw new StoreUnusable(
      "An older smsledger is copying a ledger into the database. Finish that copy with its version, and upgrade then.",
    );
}

/**
 * Waits for the nodes' transactions that change more than they append, and keeps others from
 * beginning. Whoever was the keeper isn't afterward; see `holdLease` and `beginWriting`.
 */
async function stopWriters(query: Connection["query"]): Promise<void> {
  const deadlineMs = UPGRADE_MS_MAX;
  await query(`SELECT pg_advisory_xact_lock(${LOCK_OF_WRITERS})`, [], {
    deadlineMs,
  });
  await query(
    "UPDATE keeper SET holder = NULL, until = clock_timestamp()",
    [],
    { deadlineMs },
  );
}

/** What a database says of its schema. */
export type SchemaFacts = {
  readonly version: number;
  /** See APPENDS_FROM. */
  readonly appendsFrom: number;
};

/**
 * Why this node can't use the tables as they are now, and whether it may still append callbacks;
 * undefined if it can.
 */
export function schemaProblem({
  version,
  appendsFrom,
}: SchemaFacts):
  { readonly words: string; readonly mayAppend: boolean } | undefined {
  if (version === SCHEMA_VERSION) return undefined;
  if (version < SCHEMA_VERSION)
    return {
      words: `The database has the tables of an older smsledger by now (schema ${version}; this node knows ${SCHEMA_VERSION}). Restart this node: it upgrades them.`,
      mayAppend: false,
    };
  const found = `The database was upgraded by a newer smsledger (schema ${version}; this node knows ${SCHEMA_VERSION}).`;
  return SCHEMA_VERSION < appendsFrom
    ? {
        words: `${found} That version doesn't take what this node receives. Upgrade this node.`,
        mayAppend: false,
      }
    : {
        words: `${found} This node only receives callbacks now. Upgrade it for everything else.`,
        mayAppend: true,
      };
}

/**
 * The schema version of a database of ours, 0 for one without tables. Throws StoreUnusable
 * when another program has tables in it, or a newer smsledger wrote it.
 */
export async function requireOurs({ query }: Connection): Promise<number> {
  const [found] = await query<{
    schema: string | null;
    isOurs: number;
    tables: number;
  }>(`SELECT current_schema()::text AS schema,
      to_regclass(quote_ident(current_schema()) || '.smsledger_schema') IS NOT NULL AS "isOurs",
      (SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()) AS tables`);
  if (!found || found.schema === null)
    throw new StoreUnusable(
      "The database has no schema that this user's search_path names. Create one, or set search_path.",
    );
  if (!found.isOurs && found.tables > 0)
    throw new StoreUnusable(
      `The schema "${found.schema}" of the database belongs to another program. Set DATABASE_URL to another database, or the user's search_path to another schema.`,
    );
  if (!found.isOurs) return 0;
  const [schema] = await query<{ version: number }>(
    "SELECT version FROM smsledger_schema",
  );
  const version = schema?.version ?? 0;
  if (version > SCHEMA_VERSION)
    throw new NewerSchema(
      `The database was written by a newer smsledger (schema ${version}; this one knows ${SCHEMA_VERSION}). ` +
        "Nothing was changed. Run the newer version, or restore a backup made before the upgrade.",
    );
  return version;
}
