import { SQLiteError, type Database } from "bun:sqlite";

/**
 * Whether SQLite finds no damage in a database: in no page, no row and no index. The one
 * criterion for backups, restores and doctor, so that what one of them calls whole is whole
 * to the others. Reads all of it. Throws what says nothing about damage, such as a lock.
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

/** Whether an error says that the database itself is damaged, wherever it was met. */
export function isDamage(error: unknown): boolean {
  return (
    error instanceof SQLiteError &&
    /^SQLITE_(?:CORRUPT|NOTADB|ERROR$|CONSTRAINT)/.test(error.code ?? "")
  );
}
