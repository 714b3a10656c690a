import { Mistake } from "../../../log/failure.ts";
import { hoursRun, nextClockStep, type Sum } from "../../core/rollup-clock.ts";
import { GRAINS, type RollupBorders } from "../../core/rollup-table.ts";
import { EVENT_STATUSES } from "../../../twilio/status.ts";
import type { Connection } from "../connection/pool.ts";

type Query = Connection["query"];

/** Maximum rows that a step reads or deletes; it takes whole buckets, at least one. */
const STEP_ROWS = 20_000;

/** How far the rollups are; a keeper remembers it. */
export type RollupState = {
  borders: RollupBorders;
  /** Rows of minutes before this one have been removed. */
  removedUntil: number;
};

export async function readRollupState(query: Query): Promise<RollupState> {
  const [borders] = await query<RollupBorders>(
    `SELECT minutes_from AS "minutesFrom", hours_until AS "hoursUntil",
       days_until AS "daysUntil", weeks_until AS "weeksUntil" FROM rollup_clock`,
  );
  if (borders === undefined) throw new Mistake("rollup_clock has no row.");
  return { borders, removedUntil: 0 };
}

/**
 * Takes the next step of the rollups' clock, in the caller's transaction; `now` is the minute
 * at which the latest event was received. Resolves to the state after it, or to undefined
 * when nothing is left.
 */
export async function takeClockStep(
  query: Query,
  { borders, removedUntil }: RollupState,
  now: number,
): Promise<RollupState | undefined> {
  const [run] = await query<{ hasRun: number }>(
    `SELECT EXISTS (SELECT 1 FROM message_hours
       WHERE hour >= $1::bigint AND hour < $2::bigint) AS "hasRun"`,
    [...hoursRun(now)],
  );
  const hasRun = () => run?.hasRun === 1;
  const step = nextClockStep({ borders, now, removedUntil, hasRun });
  switch (step?.kind) {
    case undefined:
      return undefined;
    case "go back":
      for (const { longer, bucket } of step.removals)
        await query(
          "DELETE FROM rollups WHERE grain = $1::integer AND bucket >= $2::integer",
          [longer, bucket],
        );
      return { borders: await move(query, step.borders), removedUntil };
    case "sum up": {
      const { sum, from, until } = step;
      const end = await addUp(query, sum, from, until);
      const moved = { ...borders, [sum.border]: end };
      return { borders: await move(query, moved), removedUntil };
    }
    case "remove minutes": {
      const end = await endOfStep(query, GRAINS.minute, 0, step.until);
      await query(
        "DELETE FROM rollups WHERE grain = $1::integer AND bucket < $2::integer",
        [GRAINS.minute, end],
      );
      const moved =
        borders.minutesFrom < step.until
          ? await move(query, { ...borders, minutesFrom: step.until })
          : borders;
      return { borders: moved, removedUntil: end };
    }
  }
}

async function move(query: Query, to: RollupBorders): Promise<RollupBorders> {
  await query(
    `UPDATE rollup_clock SET minutes_from = $1::integer, hours_until = $2::integer,
       days_until = $3::integer, weeks_until = $4::integer`,
    [to.minutesFrom, to.hoursUntil, to.daysUntil, to.weeksUntil],
  );
  return to;
}

const ADD_UP = `INSERT INTO rollups
  SELECT $1::integer, bucket / $2::integer, dimension, error_code, key,
      ${EVENT_STATUSES.map((name) => `sum(${name})`).join(", ")}
    FROM rollups WHERE grain = $3::integer AND bucket >= $4::integer AND bucket < $5::integer
    GROUP BY 2, 3, 4, 5
  ON CONFLICT (grain, bucket, dimension, error_code, key) DO UPDATE SET
    ${EVENT_STATUSES.map((name) => `${name} = rollups.${name} + excluded.${name}`).join(", ")}`;

/** Adds buckets of the shorter grain to the longer one; resolves to the bucket before which it ended. */
async function addUp(
  query: Query,
  { grain, longer, times }: Sum,
  from: number,
  until: number,
): Promise<number> {
  const end = await endOfStep(query, grain, from, until);
  await query(ADD_UP, [longer, times, grain, from, end]);
  return end;
}

/** Where a step ends that starts at the first of these buckets; `until` when there is none. */
async function endOfStep(
  query: Query,
  grain: number,
  from: number,
  until: number,
): Promise<number> {
  const bucketFrom = async (start: number, skipped: number) => {
    const [row] = await query<{ bucket: number }>(
      `SELECT bucket FROM rollups WHERE grain = $1::integer AND bucket >= $2::integer
         ORDER BY bucket LIMIT 1 OFFSET ${skipped}`,
      [grain, start],
    );
    return row?.bucket ?? until;
  };
  const first = await bucketFrom(from, 0);
  if (first >= until) return until;
  const further = await bucketFrom(first, STEP_ROWS);
  return Math.min(until, Math.max(first + 1, further));
}
