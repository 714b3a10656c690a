import type { Database } from "bun:sqlite";
import type { Sum } from "../../core/rollup-clock.ts";
import { GRAINS } from "../../core/rollup-table.ts";
import { ADD_TO_COUNTS } from "./counted-rows.ts";

/** Maximum rows that a step reads or deletes; it takes whole buckets, at least one. */
const STEP_ROWS = 5_000;

/** Sums rows up to rows of the next longer grain, and removes rows. */
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
       ${ADD_TO_COUNTS}`,
  );
  const removeFrom = db.prepare<unknown, [number, number]>(
    "DELETE FROM rollups WHERE grain = ? AND bucket >= ?",
  );
  const removeBefore = db.prepare<unknown, [number]>(
    `DELETE FROM rollups WHERE grain = ${GRAINS.minute} AND bucket < ?`,
  );
  /** Where a step ends that starts at the first of these buckets; `until` when there is none. */
  const endOfStep = (grain: number, from: number, until: number): number => {
    const first = findFirst.get(grain, from)?.bucket ?? until;
    if (first >= until) return until;
    const further = findFurther.get(grain, first)?.bucket ?? until;
    return Math.min(until, Math.max(first + 1, further));
  };
  return {
    /** Adds buckets of the shorter grain to the longer one; returns the bucket before which it ended. */
    add({ grain, longer, times }: Sum, from: number, until: number): number {
      const end = endOfStep(grain, from, until);
      addUp.run(longer, times, grain, from, end);
      return end;
    },
    /** Removes rows of minutes before this one; returns the minute before which it ended. */
    removeMinutes(until: number): number {
      const end = endOfStep(GRAINS.minute, 0, until);
      removeBefore.run(end);
      return end;
    },
    /** Removes the rows of this bucket and later ones. */
    removeFrom(grain: number, bucket: number): void {
      removeFrom.run(grain, bucket);
    },
  };
}
