import type { Database } from "bun:sqlite";

/**
 * Pages in the write-ahead log at which it's copied into the database. Callbacks wait for
 * that, about 20 ms in a big database, whose pages are far apart.
 */
const CHECKPOINT_PAGES = 2_000;
/** It's copied no more often than this, except at the maximum of pages: under heavy load, fewer copies are less work. */
const CHECKPOINT_EVERY_MS = 500;
const CHECKPOINT_PAGES_MAX = 8_000;

/** The log's format: sqlite.org/fileformat2.html#walformat */
export const LOG_HEADER_BYTES = 32;
const PAGE_HEADER_BYTES = 24;

/** The minimum sizes of the files, as SQLite knows them. */
export type NeededBytes = {
  file(): number;
  log(): number;
  /** Bytes of one page in the log. */
  readonly logPageBytes: number;
};

export type LogCopying = ReturnType<typeof createLogCopying>;

/** Copies the write-ahead log into the database when no answer waits for it. */
export function createLogCopying(db: Database, busyTimeoutMs: number) {
  const copyWhole = db.prepare<unknown, []>("PRAGMA wal_checkpoint(TRUNCATE)");
  const measureLog = db.prepare<unknown, []>("PRAGMA wal_checkpoint(NOOP)");
  const countPages = db.prepare<unknown, []>("PRAGMA page_count");
  // Starts a read, which notices what others did to the log.
  const refresh = db.prepare<unknown, []>("PRAGMA data_version");
  const pageBytes = valueOf(db.prepare<unknown, []>("PRAGMA page_size"));
  const logPageBytes = PAGE_HEADER_BYTES + pageBytes;
  let copiedAt = 0;

  /** Does `work` without waiting longer for a lock: callbacks wait meanwhile. */
  const withBusyTimeout = (ms: number, work: () => void): void => {
    db.run(`PRAGMA busy_timeout = ${ms}`);
    try {
      work();
    } finally {
      db.run(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
    }
  };
  const copy = (mode: "PASSIVE" | "TRUNCATE"): void => {
    withBusyTimeout(0, () => db.run(`PRAGMA wal_checkpoint(${mode})`));
    copiedAt = performance.now();
  };
  /** Pages in the log, and how many of them have been copied. */
  const measure = (): readonly [pages: number, copied: number] => {
    refresh.values();
    const [[, pages, copied] = []] = measureLog.values();
    return [Math.max(0, Number(pages)), Math.max(0, Number(copied))];
  };
  const isDue = (pages: number): boolean =>
    pages >= CHECKPOINT_PAGES_MAX ||
    (pages >= CHECKPOINT_PAGES &&
      performance.now() - copiedAt >= CHECKPOINT_EVERY_MS);
  return {
    withBusyTimeout,
    copy,
    needed: {
      logPageBytes,
      file(): number {
        const [pages, copied] = measure();
        return (valueOf(countPages) - (pages - copied)) * pageBytes;
      },
      log(): number {
        const [pages] = measure();
        return pages === 0 ? 0 : LOG_HEADER_BYTES + pages * logPageBytes;
      },
    } satisfies NeededBytes,
    /** Copies all of the log; returns false when another connection still reads from it. */
    copyAll(): boolean {
      refresh.values();
      const [[isBusy] = []] = copyWhole.values();
      return isBusy === 0;
    },
    /** `check` throws when the log must not be copied. */
    copyIfDue(check: () => void): void {
      const [[, pages] = []] = measureLog.values();
      if (!isDue(Number(pages))) return;
      check();
      copy("PASSIVE");
    },
  };
}

function valueOf(statement: { values(): unknown[][] }): number {
  return Number(statement.values()[0]?.[0]);
}
