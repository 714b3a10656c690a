import type { Database } from "bun:sqlite";

/**
 * The part of the file that can stay free, as new messages soon use it again: with a year's
 * retention, each day frees the space of one day.
 */
const FREE_PART_MAX = 1 / 20;
const INCREMENTAL = 2;
/** Pages that are returned before the time is checked again. */
const PAGES_AT_ONCE = 4;

/**
 * Returns free pages to the disk: moves used pages from the end of the file into free ones
 * and cuts the end off. Files of earlier versions can't do that, and only reuse free pages.
 */
export function createFreePages(db: Database) {
  const numberOf = (sql: string) => {
    const statement = db.prepare<unknown, []>(sql);
    return (): number => Number(statement.values()[0]?.[0]);
  };
  const mode = numberOf("PRAGMA auto_vacuum");
  const free = numberOf("PRAGMA freelist_count");
  const all = numberOf("PRAGMA page_count");
  // It returns one row per page, and stops when no more rows are read.
  const giveBack = db.prepare(`PRAGMA incremental_vacuum(${PAGES_AT_ONCE})`);
  const isEnough = (): boolean =>
    mode() !== INCREMENTAL || free() <= all() * FREE_PART_MAX;
  return {
    /** Returns whether enough has been returned. */
    giveBack(isOver: () => boolean): boolean {
      while (!isEnough()) {
        giveBack.all();
        if (isOver()) return isEnough();
      }
      return true;
    },
  };
}
