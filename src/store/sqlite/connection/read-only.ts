import { constants as sqlite, Database } from "bun:sqlite";
import { accessSync, constants, statSync } from "node:fs";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * Opens a database to read it only. In WAL mode SQLite writes beside a database even then;
 * on a read-only disk, where nobody can change it, it's read as it is, unless a log holds
 * what isn't in it yet.
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
 * Whether a database is a copy that no server has used: a backup as it was written. Servers
 * set WAL mode. Asked through SQLite, as closing a file by hand would end SQLite's locks.
 */
export function isUnusedCopy(path: string): boolean {
  using db = openReadOnly(path, LOOK_BUSY_TIMEOUT_MS);
  using mode = db.prepare<unknown, []>("PRAGMA journal_mode");
  return mode.values()[0]?.[0] !== "wal";
}

const LOOK_BUSY_TIMEOUT_MS = 1_000;
