import { Database } from "bun:sqlite";

/**
 * Holds the write lock of the database in `file` until it is closed. Waits for the server's
 * own writer, which may be busy for a moment after the start or after its last response.
 */
export function lockDatabase(file: string): Database {
  const lock = new Database(file);
  lock.run("PRAGMA busy_timeout = 10000");
  lock.run("BEGIN IMMEDIATE");
  return lock;
}
