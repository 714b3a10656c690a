import type { Database } from "bun:sqlite";
import {
  DAYS_PER_WEEK,
  GRAINS,
  HOURS_PER_DAY,
  MINUTES_PER_HOUR,
} from "../../core/rollup-table.ts";

/** Rows that one step reads or deletes, of whole buckets and of one at least. */
const STEP_ROWS = 5_000;

type Sum = {
  readonly grain: number;
  readonly longer: number;
  /** How many buckets one of the longer grain has. */
  readonly times: number;
};

const HOURS: Sum = {
  grain: GRAINS.minute,
  longer: GRAINS.hour,
  times: MINUTES_PER_HOUR,
};
const DAYS: Sum = {
  grain: GRAINS.hour,
  longer: GRAINS.day,
  times: HOURS_PER_DAY,
};
const WEEKS: Sum = {
  grain: GRAINS.day,
  longer: GRAINS.week,
  times: DAYS_PER_WEEK,
};

/** Makes rows of hours, days and weeks from those of the next shorter grain, and removes some. */
export function createRollupSums(db: Database) {
  const findFirst = db.prepare<{ bucket: number }, [number, number]>(
    "SELECT bucket FROM rollups WHERE grain = ? AND bucket >= ? ORDER BY bucket LIMIT 1",
  );
  const findFurther = db.prepare<{ bucket: number }, [number, number]>(
    `SELECT bucket FROM rollups WHERE grain = ? AND bucket >= ?
       ORDER BY bucket LIMIT 1 OFFSET ${STEP_ROWS}`,
  );
  const addUp = db.prepare<unknown, [number, number, number, number, number]>(
    `INSERT INTO rollups SELECT ?, bucket / ?, dimension, error_code, key,
       sum(sent), sum(failed), sum(undelivered), sum(delivered), sum(read) FROM rollups
       WHERE grain = ? AND bucket >= ? AND bucket < ? GROUP BY 2, 3, 4, 5
       ON CONFLICT DO UPDATE SET
       sent = sent + excluded.sent, failed = failed + excluded.failed,
       undelivered = undelivered + excluded.undelivered,
       delivered = delivered + excluded.delivered, read = read + excluded.read`,
  );
  const removeFrom = db.prepare<unknown, [number, number]>(
    "DELETE FROM rollups WHERE grain = ? AND bucket >= ?",
  );
  const removeBefore = db.prepare<unknown, [number]>(
    `DELETE FROM rollups WHERE grain = ${GRAINS.minute} AND bucket < ?`,
  );
  /** Where a step ends that begins with the first bucket of these; `until` when there is none. */
  const endOfStep = (grain: number, from: number, until: number): number => {
    const first = findFirst.get(grain, from)?.bucket ?? until;
    if (first >= until) return until;
    const further = findFurther.get(grain, first)?.bucket ?? until;
    return Math.min(until, Math.max(first + 1, further));
  };
  const add = (
    { grain, longer, times }: Sum,
    from: number,
    until: number,
  ): number => {
    const end = endOfStep(grain, from, until);
    addUp.run(longer, times, grain, from, end);
    return end;
  };
  return {
    /** Adds rows of minutes from this one on to those of their hours; returns before which minute it ended. */
    addHours: (from: number, until: number) => add(HOURS, from, until),
    /** Adds rows of hours from this one on to those of their days; returns before which hour it ended. */
    addDays: (from: number, until: number) => add(DAYS, from, until),
    /** Adds rows of days from this one on to those of their weeks; returns before which day it ended. */
    addWeeks: (from: number, until: number) => add(WEEKS, from, until),
    /** Removes rows of minutes before this one; returns before which minute it ended. */
    removeMinutes(until: number): number {
      const end = endOfStep(GRAINS.minute, 0, until);
      removeBefore.run(end);
      return end;
    },
    /** Removes the rows of this hour and later ones, and so those of days and weeks. */
    remove(hour: number, day: number, week: number): void {
      removeFrom.run(GRAINS.hour, hour);
      removeFrom.run(GRAINS.day, day);
      removeFrom.run(GRAINS.week, week);
    },
  };
}
