import { constants as sqlite, Database } from "bun:sqlite";
import { accessSync, constants, statSync } from "node:fs";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * Opens a database only to read it. In WAL mode SQLite writes beside the database even
 * then. On a read-only disk, where nobody can change it, it's opened as immutable, unless
 * there is a log with something that isn't in the database yet.
 */
export function openReadOnly(path: string, busyTimeoutMs: number): Database {
  const db = new Database(path, { readonly: true, strict: true });
  try {
    db.run(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
    using probe = db.prepare<unknown, []>("PRAGMA user_version");
    probe.values();
    return db;
  } catch (error) {
    db.close();
    if (!isOnReadOnlyDisk(path) || hasLog(path)) throw error;
  }
  const { pathname } = pathToFileURL(path);
  return new Database(
    `file:${pathname}?immutable=1`,
    sqlite.SQLITE_OPEN_READONLY | sqlite.SQLITE_OPEN_URI,
  );
}

function isOnReadOnlyDisk(path: string): boolean {
  try {
    accessSync(dirname(path), constants.W_OK);
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EROFS";
  }
}

function hasLog(path: string): boolean {
  return (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

/**
 * Whether a database is a backup that no server has used: servers set WAL mode. SQLite has
 * to tell, because opening and closing the file ourselves would end SQLite's locks.
 */
export function isUnusedCopy(path: string): boolean {
  using db = openReadOnly(path, LOOK_BUSY_TIMEOUT_MS);
  using mode = db.prepare<unknown, []>("PRAGMA journal_mode");
  return mode.values()[0]?.[0] !== "wal";
}

const LOOK_BUSY_TIMEOUT_MS = 1_000;
