import type { Database } from "bun:sqlite";
import { GRAINS, wholeBuckets, type WholeBuckets } from "./rollup-table.ts";

/** Minutes whose rows one batch deletes at most, so that none waits long after a pause. */
const MINUTES_DELETED_MAX = 10;

const MINUTES_PER_HOUR = GRAINS.hour / GRAINS.minute;
const HOURS_PER_DAY = GRAINS.day / GRAINS.hour;

type Times = WholeBuckets & {
  newest: number;
  /** The oldest minute that has rows, or later when it has to be looked up anew. */
  oldest: number;
};

/**
 * Knows the newest minute that the rollups have. As it moves on, hours and days that
 * are over get their rows, and minutes that are no longer kept lose theirs.
 */
export function createRollupClock(db: Database) {
  const findNewest = db.prepare<{ newest_minute: number }, []>(
    "SELECT newest_minute FROM rollup_clock",
  );
  const setNewest = db.prepare<unknown, [number]>(
    "UPDATE rollup_clock SET newest_minute = ?",
  );
  const findOldest = db.prepare<{ bucket: number | null }, []>(
    `SELECT min(bucket) AS bucket FROM rollups WHERE grain = ${GRAINS.minute}`,
  );
  const removeBefore = db.prepare<unknown, [number]>(
    `DELETE FROM rollups WHERE grain = ${GRAINS.minute} AND bucket < ?`,
  );
  const sumUp = db.prepare<unknown, [number, number, number, number, number]>(
    `INSERT INTO rollups SELECT ?, bucket / ?, dimension, error_code, key,
       sum(sent), sum(failed), sum(undelivered), sum(delivered), sum(read) FROM rollups
       WHERE grain = ? AND bucket >= ? AND bucket < ? GROUP BY 2, 3, 4, 5`,
  );
  let times: Times | undefined;

  const timesOf = (newest: number): Times => {
    const whole = wholeBuckets(newest);
    return {
      ...whole,
      newest,
      oldest: findOldest.get()?.bucket ?? whole.minutesFrom,
    };
  };
  const moveOn = (before: Times, newest: number): Times => {
    const after = timesOf(newest);
    if (before.hoursUntil < after.hoursUntil)
      sumUp.run(
        GRAINS.hour,
        MINUTES_PER_HOUR,
        GRAINS.minute,
        before.hoursUntil * MINUTES_PER_HOUR,
        after.hoursUntil * MINUTES_PER_HOUR,
      );
    if (before.daysUntil < after.daysUntil)
      sumUp.run(
        GRAINS.day,
        HOURS_PER_DAY,
        GRAINS.hour,
        before.daysUntil * HOURS_PER_DAY,
        after.daysUntil * HOURS_PER_DAY,
      );
    setNewest.run(newest);
    return after;
  };
  return {
    /** To be called before rows of `minute` are written; tells which rows to write. */
    advanceTo(minute: number): WholeBuckets {
      times ??= timesOf(findNewest.get()?.newest_minute ?? 0);
      if (minute > times.newest) times = moveOn(times, minute);
      if (times.oldest < times.minutesFrom) {
        times.oldest = Math.min(
          times.minutesFrom,
          times.oldest + MINUTES_DELETED_MAX,
        );
        removeBefore.run(times.oldest);
      }
      return times;
    },
    /** To be called when the transaction is rolled back. */
    forget(): void {
      times = undefined;
    },
  };
}
