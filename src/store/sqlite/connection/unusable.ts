import { SQLiteError } from "bun:sqlite";
import { accessSync, constants, existsSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { StoreUnavailable, StoreUnusable } from "../../store.ts";
import { cannotOpen } from "./database-file.ts";
import { explainOpenError, explainSqliteError } from "./sqlite-errors.ts";

/**
 * The error to throw for an error at opening a database: it names the file and says what to
 * do. A mistake in the program is returned as it is.
 */
export function unusable(path: string, error: unknown): unknown {
  const reason = explainOpenError(error);
  if (reason === undefined) return error;
  const denied = denialOf(path, error);
  if (denied !== undefined) return cannotOpen(path, denied);
  if (hasNoRoom(path, error)) return new StoreUnusable(full(path));
  return new StoreUnusable(withFile(path, reason), { cause: error });
}

/** The same for a failed write, which has changed nothing. */
export function unwritable(path: string, error: unknown): unknown {
  const reason = explainSqliteError(error);
  if (reason === undefined) return error;
  const denied = denialOf(path, error);
  const words =
    denied !== undefined
      ? cannotOpen(path, denied).message
      : hasNoRoom(path, error)
        ? full(path)
        : withFile(path, reason);
  return new StoreUnavailable(`${words} Nothing was changed.`, {
    cause: error,
  });
}

function full(path: string): string {
  return `Can't write ${path}: its disk is full. Free some space there.`;
}

/** When there is no room for the log's index, SQLite reports a disk error. */
function hasNoRoom(path: string, error: unknown): boolean {
  if (!(error instanceof SQLiteError)) return false;
  if (error.code === "SQLITE_FULL") return true;
  if (!error.code?.startsWith("SQLITE_IOERR")) return false;
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    return bavail * bsize < LOG_INDEX_BYTES;
  } catch {
    return false;
  }
}

const LOG_INDEX_BYTES = 65_536;

function withFile(path: string, reason: string): string {
  return `${path}: ${reason}`;
}

/**
 * The system's error when this process has no permission to read and write a database, or
 * to write beside it: it's more precise than SQLite's. Undefined for errors about something
 * else.
 */
function denialOf(path: string, error: unknown): unknown {
  const isAboutAccess =
    error instanceof SQLiteError &&
    /^SQLITE_(?:CANTOPEN|READONLY|PERM|IOERR)/.test(error.code ?? "");
  if (!isAboutAccess) return undefined;
  try {
    accessSync(dirname(path), constants.W_OK | constants.X_OK);
    if (existsSync(path)) accessSync(path, constants.R_OK | constants.W_OK);
    return undefined;
  } catch (denied) {
    return denied;
  }
}

/** What the system's or SQLite's error means for a file that couldn't be written; undefined for other errors. */
export function cannotWrite(
  path: string,
  error: unknown,
): StoreUnavailable | undefined {
  const code = error instanceof Error && "code" in error ? error.code : "";
  const reason = WHY_NOT_WRITTEN.find(([codes]) => codes.test(String(code)));
  return (
    reason &&
    new StoreUnavailable(`Can't write ${path}: ${reason[1]}.`, { cause: error })
  );
}

const WHY_NOT_WRITTEN: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:ENOSPC|EDQUOT|SQLITE_FULL)$/,
    "its disk is full. Free some space there",
  ],
  [
    /^(?:EACCES|EPERM)$/,
    "this user may not write in its folder. Run this as the user that the server runs as, or check the folder's permissions",
  ],
  [/^EROFS$/, "its disk is read-only. Mount it for writing"],
  [/^ENOENT$/, "there is no such folder. Make it, or check the path"],
  [/^ENOTDIR$/, "a part of its path is a file, not a folder. Check the path"],
  [/^EIO$/, "its disk reports an error. Check the disk and the system's log"],
];
