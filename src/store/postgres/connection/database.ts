import type { Db } from "../../sql/dialect.ts";
import type { Write } from "../../sql/tables/writes.ts";
import { StoreUnavailable, StoreUnusable } from "../../store.ts";
import {
  migrate,
  requireOurs,
  SCHEMA_VERSION,
} from "../migrations/migrations.ts";
import {
  openPool,
  STATEMENT_TIMEOUT_MS,
  type Connection,
  type Pool,
} from "./pool.ts";
import {
  createLedgerGuard,
  type LedgerGuard,
  type OnRestricted,
} from "./ledger-guard.ts";
import { concernsTables, explained, VIA_POOLER } from "./postgres-errors.ts";
import { readsOf, type Reads } from "./reads.ts";
import {
  placeOf,
  postgresSettings,
  type PostgresSettings,
} from "./settings.ts";
import { tablesOf, writableTablesOf } from "./tables.ts";
import { writesOf } from "./writes.ts";

/** Connections of a node for everything but callbacks: what waits for one is soon done. */
const CONNECTIONS_MAX = 10;

/** A database as everything but recording uses it. Queries wait until it's opened. */
export type Database = {
  readonly settings: PostgresSettings;
  /** Rejects with StoreUnusable or StoreUnavailable. */
  readonly opened: Promise<void>;
  readonly pool: Pool;
  /** Resolves when the database is opened and has a whole ledger; otherwise rejects with StoreUnavailable. */
  readonly whole: () => Promise<void>;
  readonly db: Db;
  readonly read: Reads;
  readonly write: Write;
  /** The error to throw for what the driver threw; see `explained`. Never StoreUnusable. */
  readonly explain: (error: unknown) => Promise<unknown>;
  /** What this node can do with the database as it is now. */
  readonly guard: Pick<LedgerGuard, "requireAppendable" | "restriction">;
  readonly close: () => Promise<void>;
};

type DatabaseOptions = {
  readonly mayCreate: boolean;
  /** Where the address was read from. */
  readonly file?: string | undefined;
  readonly onUpgrade?: ((from: number, to: number) => void) | undefined;
  /** Given by a node, which can receive callbacks while it can do nothing else; see `createLedgerGuard`. */
  readonly onRestricted?: OnRestricted | undefined;
};

/** Connects to a database, which gets its tables, or newer ones, if it `mayCreate` them. */
export function openDatabase(
  databaseUrl: string,
  { mayCreate, onUpgrade, onRestricted, file }: DatabaseOptions,
): Database {
  const settings = postgresSettings(databaseUrl, file);
  const pool = openPool(settings, { max: CONNECTIONS_MAX });
  const guard = createLedgerGuard(pool, placeOf(settings), onRestricted);
  const explain = async (error: unknown): Promise<unknown> => {
    // An upgrade that the guard hasn't noticed yet is the better explanation.
    if (onRestricted !== undefined && concernsTables(error))
      try {
        await guard.look();
        guard.requireWhole();
      } catch (reason) {
        if (reason instanceof StoreUnavailable) return reason;
      }
    return unavailable(await explained(settings, error));
  };
  const prepare = async (): Promise<void> => {
    try {
      if (!(await pool.use(hasOwnSettings)))
        throw new StoreUnusable(`The ${placeOf(settings)}: ${VIA_POOLER}`);
      if (mayCreate) await migrate(pool, onUpgrade);
      else
        await pool.use(async (connection) =>
          requireCurrent(await requireOurs(connection)),
        );
      await guard.open();
    } catch (error) {
      await pool.close();
      throw await explained(settings, error);
    }
  };
  const opened = prepare();
  // Whoever opened it is told; queries are told too.
  opened.catch(() => undefined);
  const whole = async (): Promise<void> => {
    await opened;
    guard.requireWhole();
  };
  const read = readsOf(whole, explain);
  return {
    settings,
    opened,
    pool,
    whole,
    db: tablesOf(pool),
    read,
    write: writesOf(writableTablesOf(pool), whole, explain),
    explain,
    guard,
    async close() {
      guard.close();
      read.close();
      await pool.close();
    },
  };
}

/**
 * Once the database was opened, it was usable: what has gone wrong since, such as a changed
 * password, someone can put right while this process runs.
 */
function unavailable(error: unknown): unknown {
  return error instanceof StoreUnusable
    ? new StoreUnavailable(error.message, { cause: error.cause })
    : error;
}

/** Whether a connection has the settings that the pool asked for. */
export async function hasOwnSettings({ query }: Connection): Promise<boolean> {
  const [timeout] = await query<{ ms: number }>(
    "SELECT setting::int8 AS ms FROM pg_settings WHERE name = 'statement_timeout'",
  );
  return timeout?.ms === STATEMENT_TIMEOUT_MS;
}

function requireCurrent(version: number): void {
  if (version === SCHEMA_VERSION) return;
  throw new StoreUnusable(
    version === 0
      ? "The database has no tables yet. Start the server once; it creates them."
      : "The database is of an older version. Start the server once; it upgrades the database.",
  );
}
