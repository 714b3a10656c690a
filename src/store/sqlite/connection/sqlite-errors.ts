import { SQLiteError } from "bun:sqlite";

/**
 * What an SQLite error means and what to do, in one or two sentences; undefined for errors
 * that are mistakes in the program. Source: sqlite.org/rescode.html
 */
export function explainSqliteError(error: unknown): string | undefined {
  if (!(error instanceof SQLiteError)) return undefined;
  const code = error.code ?? "";
  return SENTENCES.find(([start]) => code.startsWith(start))?.[1];
}

/** Whether a page of the database could not be read, or wasn't what it should be. */
export function isUnreadable(error: unknown): boolean {
  return hasCode(error, /^SQLITE_(?:CORRUPT|NOTADB|IOERR.*READ)/);
}

/** The same, or any other trouble with the disk. */
export function isDiskTrouble(error: unknown): boolean {
  return hasCode(error, /^SQLITE_(?:CORRUPT|NOTADB|IOERR|CANTOPEN)/);
}

/** Whether the file, or its disk, allows reading only. */
export function isReadOnly(error: unknown): boolean {
  return hasCode(error, /^SQLITE_READONLY/);
}

function hasCode(error: unknown, codes: RegExp): boolean {
  return error instanceof SQLiteError && codes.test(error.code ?? "");
}

/** How often opening is tried again after such an error, and when. */
export const OPEN_AGAIN_MAX = 2;
export const OPEN_AGAIN_AFTER_MS = 500;

/** Whether an error at open can be over in a moment: a disk that fails briefly looks like damage. */
export function mayPassSoon(error: unknown): boolean {
  return hasCode(
    error,
    /^SQLITE_(?:ERROR$|CORRUPT|IOERR|BUSY|PROTOCOL|CANTOPEN)/,
  );
}

/**
 * The same for an error at open. Unless it's about the disk or a lock, it says that our
 * tables or indexes are missing or were changed.
 */
export function explainOpenError(error: unknown): string | undefined {
  if (!(error instanceof SQLiteError)) return undefined;
  return DAMAGED_CODES.test(error.code ?? "")
    ? "The database file is damaged or was changed by another program, or its disk can't be read. Check the disk and the system's log. If the disk is fine, restore a backup, or set DATABASE_URL to another file."
    : explainSqliteError(error);
}

const DAMAGED_CODES = /^SQLITE_(?:ERROR$|CORRUPT)/;

const SENTENCES: readonly (readonly [codeStart: string, sentence: string])[] = [
  [
    "SQLITE_BUSY",
    "The database is locked by another process. End that process, and try again.",
  ],
  ["SQLITE_FULL", "The disk is full. Free some space on the database's disk."],
  [
    "SQLITE_IOERR",
    "The disk reports an error. Check the database's disk and the system's log.",
  ],
  [
    "SQLITE_READONLY",
    "The database cannot be written. Check the permissions of its file and folder.",
  ],
  [
    "SQLITE_CANTOPEN",
    "The database cannot be opened. Check that its folder exists and can be written.",
  ],
  [
    "SQLITE_NOTADB",
    "The file isn't an SQLite database. Set DATABASE_URL to another file.",
  ],
  [
    "SQLITE_CORRUPT",
    "The database is damaged, or its disk can't be read. Check the disk and the system's log. If the disk is fine, stop the server and restore a backup.",
  ],
  [
    "SQLITE_PROTOCOL",
    "The database is locked by another process. End that process, and try again.",
  ],
];
