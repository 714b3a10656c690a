import { SQLiteError, type Database } from "bun:sqlite";

/**
 * Whether SQLite finds no damage in any page, row or index of a database. Backups, restores
 * and doctor share this check, so they always agree. Reads the whole database. Throws
 * errors that say nothing about damage, such as a lock.
 */
export function isSound(db: Database): boolean {
  try {
    using check = db.prepare<unknown, []>("PRAGMA integrity_check(1)");
    return check.values()[0]?.[0] === "ok";
  } catch (error) {
    if (isDamage(error)) return false;
    throw error;
  }
}

/** Whether an error, wherever it occurred, means that the database itself is damaged. */
export function isDamage(error: unknown): boolean {
  return (
    error instanceof SQLiteError &&
    /^SQLITE_(?:CORRUPT|NOTADB|ERROR$|CONSTRAINT)/.test(error.code ?? "")
  );
}
