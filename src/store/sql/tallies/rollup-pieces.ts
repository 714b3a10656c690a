import type { TimeRange } from "../../../time/time-range.ts";
import {
  DAYS_PER_WEEK,
  GRAINS,
  HOURS_PER_DAY,
  MINUTES_PER_HOUR,
  type RollupBorders,
} from "../../core/rollup-table.ts";

/** Buckets of one grain: from `from` up to, not including, `to`. */
export type Piece = {
  readonly grain: number;
  readonly from: number;
  readonly to: number;
};

/** The buckets that have rows, and can have messages: others aren't read. */
export type Extent = RollupBorders & {
  readonly oldestHour: number;
  /** Of the rows of minutes. */
  readonly newestMinute: number;
};

const MINUTE_MS = GRAINS.minute * 1_000;

/**
 * The fewest buckets that cover the range, widened as in TallyRequest: full weeks and days in
 * the middle, hours toward its ends, minutes where nothing longer fits. None is longer than a
 * span that it must be in, unless there is no shorter one.
 */
export function piecesOf(
  range: TimeRange,
  spanMs: number | undefined,
  { oldestHour, newestMinute, minutesFrom, ...until }: Extent,
): Piece[] {
  const hoursUntil = Math.floor(until.hoursUntil / MINUTES_PER_HOUR);
  const daysUntil = Math.floor(until.daysUntil / HOURS_PER_DAY);
  const weeksUntil = Math.floor(until.weeksUntil / DAYS_PER_WEEK);
  const divides = (grain: number): boolean =>
    spanMs === undefined || spanMs % (grain * 1_000) === 0;
  const { from, to } = widened(
    Math.max(oldestHour * MINUTES_PER_HOUR, Math.floor(range.from / MINUTE_MS)),
    Math.min(
      Math.max(newestMinute + 1, hoursUntil * MINUTES_PER_HOUR),
      Math.ceil(range.to / MINUTE_MS),
    ),
    minutesFrom,
  );
  const hours = inner(
    { from, to },
    MINUTES_PER_HOUR,
    divides(GRAINS.hour)
      ? hoursUntil
      : Math.min(hoursUntil, Math.ceil(minutesFrom / MINUTES_PER_HOUR)),
  );
  const days = inner(hours, HOURS_PER_DAY, divides(GRAINS.day) ? daysUntil : 0);
  const weeks = inner(
    days,
    DAYS_PER_WEEK,
    divides(GRAINS.week) ? weeksUntil : 0,
  );
  return [
    ...around({ from, to }, hours, MINUTES_PER_HOUR, GRAINS.minute),
    ...around(hours, days, HOURS_PER_DAY, GRAINS.hour),
    ...around(days, weeks, DAYS_PER_WEEK, GRAINS.day),
    { grain: GRAINS.week, ...weeks },
  ].filter((piece) => piece.from < piece.to);
}

/** Ends between hours stay only where there are rows of minutes. */
function widened(
  from: number,
  to: number,
  minutesFrom: number,
): { from: number; to: number } {
  const hourOf = (minute: number): number =>
    Math.floor(minute / MINUTES_PER_HOUR) * MINUTES_PER_HOUR;
  const first = from < minutesFrom ? hourOf(from) : from;
  const isKept = Math.max(first, hourOf(to)) >= minutesFrom;
  return {
    from: first,
    to: isKept ? to : hourOf(to + MINUTES_PER_HOUR - 1),
  };
}

type Buckets = { readonly from: number; readonly to: number };

/** The buckets `times` as long inside this range, below `until`; if there are none, both ends are `from`. */
function inner({ from, to }: Buckets, times: number, until: number): Buckets {
  const first = Math.ceil(from / times);
  return {
    from: first,
    to: Math.max(first, Math.min(until, Math.floor(to / times))),
  };
}

/** The parts of `outer` before and after `longer`, whose buckets are `times` as long. */
function around(
  outer: Buckets,
  longer: Buckets,
  times: number,
  grain: number,
): Piece[] {
  if (longer.from === longer.to) return [{ grain, ...outer }];
  return [
    { grain, from: outer.from, to: longer.from * times },
    { grain, from: longer.to * times, to: outer.to },
  ];
}
