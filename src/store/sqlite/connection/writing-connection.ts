import { Database } from "bun:sqlite";
import { StoreUnusable } from "../../store.ts";
import { requireDatabaseFile } from "./database-file.ts";
import {
  migrate,
  requireOurs,
  SCHEMA_VERSION,
} from "../migrations/migrations.ts";
import { unusable } from "./unusable.ts";

/** Half of SQLite's usual size: SIDs are random, so each new message costs whole pages of indexes. */
const PAGE_BYTES = 2_048;
/** How long a command waits for the server's writer, which mostly needs some milliseconds. */
const COMMAND_BUSY_TIMEOUT_MS = 3_000;

/**
 * Makes a connection durable and its schema current. Throws before it changes a
 * database that is not ours.
 */
export function prepareForWriting(db: Database): void {
  if (requireOurs(db) === 0) {
    // Both count only while the database is empty.
    db.run(`PRAGMA page_size = ${PAGE_BYTES}`);
    db.run("PRAGMA auto_vacuum = INCREMENTAL");
  }
  // What is deleted or erased is overwritten: a number must not stay in a free place.
  db.run("PRAGMA secure_delete = ON");
  db.run("PRAGMA journal_mode = WAL");
  db.run("PRAGMA synchronous = FULL");
  migrate(db);
}

/**
 * Opens the database in `file` for a command's writes, also beside a server, whose writer
 * waits for a transaction of this one as this one does for its own. Throws StoreUnusable,
 * also when there is no database and it may create none: a mistyped path must not look like
 * a database with nothing in it. One of an older version is refused too, as an older server
 * may be running on it.
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
