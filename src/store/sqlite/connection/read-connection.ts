import type { Database } from "bun:sqlite";
import type { SqliteDatabase } from "kysely";
import { StoreUnavailable, StoreUnusable } from "../../store.ts";
import { requireDatabaseFile } from "./database-file.ts";
import { requireOurs, SCHEMA_VERSION } from "../migrations/migrations.ts";
import type { Db } from "../../sql/dialect.ts";
import {
  mayPassSoon,
  OPEN_AGAIN_AFTER_MS,
  OPEN_AGAIN_MAX,
} from "./sqlite-errors.ts";
import { openReadOnly } from "./read-only.ts";
import { kyselyDatabase, tablesOf } from "./tables.ts";
import { unusable } from "./unusable.ts";

/**
 * Maximum memory for pages of the file, allocated as they are read. With a quarter of it,
 * browsing ten million messages would evict what the next page needs. The file isn't
 * memory-mapped: then a failing disk would end the process instead of the query.
 */
const CACHE_KIB_MAX = 65_536;

const BUSY_TIMEOUT_MS = 1_000;

export type ReadConnection = {
  readonly kysely: Db;
  readonly close: () => void;
};

/**
 * Opens a database for reading. Throws StoreUnusable when it is missing, or belongs to
 * another program or another version of this one.
 */
export function openForReading(file: string): ReadConnection {
  const database = kyselyDatabase(openDatabaseForReading(file));
  return {
    kysely: tablesOf(database),
    // Kysely closes a database only once it has used it.
    close: () => database.close(),
  };
}

/** A connection that can be closed for a while; meanwhile queries reject with StoreUnavailable. */
export type ReopenableConnection = ReadConnection & {
  readonly ready: Promise<void>;
  readonly open: () => void;
};

/**
 * The same for a database that exists once `opened` resolves: queries wait for that.
 * `ready` rejects as `openForReading` throws.
 */
export function openForReadingWhen(
  opened: Promise<void>,
  file: string,
): ReopenableConnection {
  let database: SqliteDatabase | undefined;
  const open = (): void => {
    database ??= kyselyDatabase(openDatabaseForReading(file));
  };
  const close = (): void => {
    database?.close();
    database = undefined;
  };
  const prepare: SqliteDatabase["prepare"] = (sql) => {
    if (database === undefined)
      throw new StoreUnavailable(
        "The database is being opened again. Try again in a moment.",
      );
    return database.prepare(sql);
  };
  const ready = opened.then(() => patiently(open));
  return {
    kysely: tablesOf(() => ready.then(() => ({ prepare, close }))),
    ready,
    open,
    close,
  };
}

/** Tries again after errors that a briefly failing disk causes, which look like damage. */
async function patiently(open: () => void): Promise<void> {
  for (let left = OPEN_AGAIN_MAX; ; left--) {
    try {
      return open();
    } catch (error) {
      const mayPass =
        error instanceof StoreUnusable && mayPassSoon(error.cause);
      if (!mayPass || left === 0) throw error;
      await Bun.sleep(OPEN_AGAIN_AFTER_MS);
    }
  }
}

/** The plain connection, for work without Kysely. Throws as `openForReading` does. */
export function openDatabaseForReading(file: string): Database {
  requireDatabaseFile(file);
  let db: Database | undefined;
  try {
    db = openReadOnly(file, BUSY_TIMEOUT_MS);
    db.run(`PRAGMA cache_size = -${CACHE_KIB_MAX}`);
    if (requireOurs(db) !== SCHEMA_VERSION) {
      throw new StoreUnusable(
        "The database is of an older version. Start the server once; it upgrades the database.",
      );
    }
  } catch (error) {
    db?.close();
    throw unusable(file, error);
  }
  return db;
}
