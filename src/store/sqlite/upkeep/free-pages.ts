import type { Database } from "bun:sqlite";

/**
 * The part of the file that may be free: what new messages use again soon need not be
 * given back. A year's retention frees a day's part each day, and it fills again.
 */
const FREE_PART_MAX = 1 / 20;
const INCREMENTAL = 2;
/** Pages that are given back at a time; the time is looked at after each lot. */
const PAGES_AT_ONCE = 4;

/**
 * Gives free pages at the file's end back to the disk, after moving what is used there to
 * free ones before it. Files of earlier versions cannot: their free pages are only used
 * again.
 */
export function createFreePages(db: Database) {
  const numberOf = (sql: string) => {
    const statement = db.prepare<unknown, []>(sql);
    return (): number => Number(statement.values()[0]?.[0]);
  };
  const mode = numberOf("PRAGMA auto_vacuum");
  const free = numberOf("PRAGMA freelist_count");
  const all = numberOf("PRAGMA page_count");
  // It gives one row for each page, and stops where it is no longer asked for rows.
  const giveBack = db.prepare(`PRAGMA incremental_vacuum(${PAGES_AT_ONCE})`);
  const isEnough = (): boolean =>
    mode() !== INCREMENTAL || free() <= all() * FREE_PART_MAX;
  return {
    /** Returns whether all was given back that should be. */
    giveBack(isOver: () => boolean): boolean {
      while (!isEnough()) {
        giveBack.all();
        if (isOver()) return isEnough();
      }
      return true;
    },
  };
}
