import { Database } from "bun:sqlite";
import { StoreUnusable } from "../../store.ts";
import { requireDatabaseFile } from "./database-file.ts";
import {
  migrate,
  requireOurs,
  SCHEMA_VERSION,
} from "../migrations/migrations.ts";
import { unusable } from "./unusable.ts";

/** Half of SQLite's default: SIDs are random, so each new message writes whole pages of indexes. */
const PAGE_BYTES = 2_048;
/** How long a command waits for the server's writer, which usually needs a few milliseconds. */
const COMMAND_BUSY_TIMEOUT_MS = 3_000;

/**
 * Makes a connection durable and upgrades the schema. Throws before it changes another
 * program's database.
 */
export function prepareForWriting(db: Database): void {
  if (requireOurs(db) === 0) {
    // Both only take effect while the database is empty.
    db.run(`PRAGMA page_size = ${PAGE_BYTES}`);
    db.run("PRAGMA auto_vacuum = INCREMENTAL");
  }
  // Deleted content is overwritten: an erased number must not stay in free space.
  db.run("PRAGMA secure_delete = ON");
  db.run("PRAGMA journal_mode = WAL");
  db.run("PRAGMA synchronous = FULL");
  migrate(db);
}

/**
 * Opens the database in `file` for a command's writes, also beside a server: the server's
 * writer and this connection wait for each other's transactions. Throws StoreUnusable, also
 * when there is no database and it may not create one: a mistyped path must not look like
 * an empty database. It refuses an older version too, which an older server may be using.
 */
export function openDatabaseForCommand(
  file: string,
  mayCreate = false,
): Database {
  if (!mayCreate) requireDatabaseFile(file);
  let db: Database | undefined;
  try {
    db = new Database(file, {
      create: mayCreate,
      readwrite: true,
      strict: true,
    });
    db.run(`PRAGMA busy_timeout = ${COMMAND_BUSY_TIMEOUT_MS}`);
    const version = requireOurs(db);
    if (version === 0 && !mayCreate)
      throw new StoreUnusable(
        "The database is empty: nothing is in it yet. Start the server once.",
      );
    if (version !== SCHEMA_VERSION && version !== 0) {
      throw new StoreUnusable(
        "The database is of an older version. Start the server once; it upgrades the database.",
      );
    }
    prepareForWriting(db);
    return db;
  } catch (error) {
    db?.close();
    throw unusable(file, error);
  }
}
