import { StoreUnavailable, StoreUnusable } from "../../store.ts";
import type { Connection, Pool } from "../connection/pool.ts";
import messages from "./01-messages.sql" with { type: "text" };
import besideMessages from "./02-beside-messages.sql" with { type: "text" };
import inboxTimes from "./03-inbox-times.sql" with { type: "text" };
import requestWindows from "./04-request-windows.sql" with { type: "text" };
import copying from "./05-copying.sql" with { type: "text" };

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
];

/** The schema version that this program writes and reads. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** The database was written by a newer smsledger. */
export class NewerSchema extends StoreUnusable {}

/** The lock of whoever upgrades a database: "smsl". */
const LOCK = 0x736d736c;
const ASK_AGAIN_MS = 250;
/** How long a node waits for another one's upgrade, and an upgrade's step takes at most. */
const UPGRADE_MS_MAX = 30 * 60_000;

/**
 * Brings the schema up to date, in one transaction, so that a crash leaves either version
 * whole. Among nodes that start at the same time, one does it and the others wait. Calls
 * `onUpgrade` before an upgrade. Throws StoreUnusable as `requireOurs` does.
 */
export async function migrate(
  pool: Pool,
  onUpgrade?: (from: number, to: number) => void,
): Promise<void> {
  const until = performance.now() + UPGRADE_MS_MAX;
  while (
    !(await pool.use((connection) => tryToMigrate(connection, onUpgrade)))
  ) {
    if (performance.now() > until)
      throw new StoreUnavailable(
        "Another node has been upgrading the database for half an hour. Check that node's log.",
      );
    await Bun.sleep(ASK_AGAIN_MS);
  }
}

/** Resolves to false while another node does it. */
async function tryToMigrate(
  connection: Connection,
  onUpgrade?: (from: number, to: number) => void,
): Promise<boolean> {
  if ((await requireOurs(connection)) === SCHEMA_VERSION) return true;
  const { query } = connection;
  await query("BEGIN; SET LOCAL statement_timeout = 0");
  try {
    const [lock] = await query<{ isOurs: number }>(
      `SELECT pg_try_advisory_xact_lock(${LOCK}) AS "isOurs"`,
    );
    const isOurs = lock?.isOurs === 1;
    if (isOurs) await migrateFrom(connection, onUpgrade);
    await query(isOurs ? "COMMIT" : "ROLLBACK");
    return isOurs;
  } catch (error) {
    // A connection that ended has undone it.
    await query("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

async function migrateFrom(
  connection: Connection,
  onUpgrade?: (from: number, to: number) => void,
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
  else onUpgrade?.(version, SCHEMA_VERSION);
  for (const migration of MIGRATIONS.slice(version))
    await query(migration, [], { deadlineMs: UPGRADE_MS_MAX });
  await query(`UPDATE smsledger_schema SET version = ${SCHEMA_VERSION}`);
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
