import { Database } from "bun:sqlite";

/** Returns the value of a metric without labels from the server's /metrics, or NaN. */
export function lockDatabase(file: string): Database {
  const lock = new Database(file);
  lock.run("PRAGMA busy_timeout = 10000");
  lock.run("BEGIN IMMEDIATE");
  return lock;
}
