import { Database } from "bun:sqlite";
import { StoreUnusable } from "../../store.ts";
import { requireDatabaseFile } from "./database-file.ts";
import {
  migrate,
  requireOurs,
  SCHEMA_VERSION,
} from "../migrations/migrations.ts";
import { unusable, unwritable } from "./unusable.ts";
import {
  write,
  type Input,
  type Output,
  type WriteName,
} from "../writer/writes.ts";

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

/** A command's own connection for small writes. */
export type CommandConnection = {
  /** Does one of `WRITES`, on disk when it returns. Throws StoreUnavailable when nothing of it was done. */
  write<N extends WriteName>(name: N, input: Input<N>): Output<N>;
  close(): void;
};

/**
 * Opens the database in `file` for a command's small writes, also beside a server,
 * whose writer waits for a transaction of this one as this one does for its own. Throws
 * StoreUnusable, also when there is no database and it may make none: a mistyped path
 * must not look like a database with nothing in it. One of an older version is refused
 * too, as an older server may be running on it.
 */
export function openForCommand(
  file: string,
  mayMake: boolean,
): CommandConnection {
  return connectionOf(file, openDatabaseForCommand(file, mayMake));
}

/** The connection itself, for work that no `write` does. Throws as `openForCommand` does. */
export function openDatabaseForCommand(
  file: string,
  mayMake = false,
): Database {
  if (!mayMake) requireDatabaseFile(file);
  let db: Database | undefined;
  try {
    db = new Database(file, { create: mayMake, readwrite: true, strict: true });
    db.run(`PRAGMA busy_timeout = ${COMMAND_BUSY_TIMEOUT_MS}`);
    const version = requireOurs(db);
    if (version === 0 && !mayMake)
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

function connectionOf(file: string, db: Database): CommandConnection {
  return {
    write(name, input) {
      try {
        return write(db, name, input);
      } catch (error) {
        throw unwritable(file, error);
      }
    },
    close: () => db.close(),
  };
}
