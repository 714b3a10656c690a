import type { Database } from "bun:sqlite";

/**
 * Pages in the write-ahead log at which it is copied into the database. Callbacks wait
 * for that, about 20 ms where the database is big: the pages lie far apart.
 */
const CHECKPOINT_PAGES = 2_000;
/** It is not copied more often but at this many pages: under heavy load fewer copies are less work. */
const CHECKPOINT_EVERY_MS = 500;
const CHECKPOINT_PAGES_MAX = 8_000;

/** Copies the write-ahead log into the database, when no answer waits for that. */
export function createLogCopying(db: Database, busyTimeoutMs: number) {
  const measureLog = db.prepare<unknown, []>("PRAGMA wal_checkpoint(NOOP)");
  let copiedAt = 0;

  /** Does `work` without waiting long for a lock, as callbacks wait meanwhile. */
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
  const isDue = (pages: number): boolean =>
    pages >= CHECKPOINT_PAGES_MAX ||
    (pages >= CHECKPOINT_PAGES &&
      performance.now() - copiedAt >= CHECKPOINT_EVERY_MS);
  return {
    withBusyTimeout,
    copy,
    copyIfDue(): void {
      const [[, pages] = []] = measureLog.values();
      if (isDue(Number(pages))) copy("PASSIVE");
    },
  };
}
