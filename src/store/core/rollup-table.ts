/*
 * What the table `rollups` holds. A row counts the messages first heard of in one
 * bucket by what became of them: all of them or those with one error code, and of
 * these those with one key of one dimension. Changing any of this takes a migration.
 */

/** What a row's `key` is of; `all` has just one key. */
export const DIMENSIONS = {
  all: 0,
  errorCode: 1,
  country: 2,
  /** Ids of addresses. */
  sender: 3,
  /** Ids of SIDs. */
  service: 4,
  /**
   * Places in `DELIVERY_TIMES_FROM_MS`. Counted are messages with an event `sent` and
   * one `delivered`, in the column `delivered` whatever their status.
   */
  deliveryTime: 5,
  /** Places in `CHANNELS` from 1, as 0 stands for none. */
  channel: 6,
} as const;

/**
 * Seconds of a bucket; a bucket is so many since 1970, counted from 0. Weeks begin on a
 * Thursday, as 1970 did.
 */
export const GRAINS = {
  minute: 60,
  hour: 3_600,
  day: 86_400,
  week: 604_800,
} as const;

export const MINUTES_PER_HOUR = GRAINS.hour / GRAINS.minute;
export const HOURS_PER_DAY = GRAINS.day / GRAINS.hour;
export const DAYS_PER_WEEK = GRAINS.week / GRAINS.day;

/**
 * How far the rows of each grain go, as the table `rollup_clock` has it. A message whose
 * minute lies on both sides has both rows, and each has one at least: `minutesFrom` is
 * never later than the last whole hour before `hoursUntil`. Hours, days and weeks get
 * their rows when they are over, and some time later; till then the shorter buckets in
 * them tell, so that most events write to one row, not four.
 */
export type RollupBorders = {
  /** Rows of minutes count the messages of this minute since 1970 and of later ones. */
  readonly minutesFrom: number;
  /** Rows of hours count those of minutes before this one. */
  readonly hoursUntil: number;
  /** Rows of days count those of hours since 1970 before this one. */
  readonly daysUntil: number;
  /** Rows of weeks count those of days since 1970 before this one. */
  readonly weeksUntil: number;
};

/** Stands in `error_code` for messages with any or none. */
export const ANY_CODE = 0;

/** Stands in `key` for messages that have none. */
export const NO_KEY = 0;

/**
 * From how many milliseconds on a delivery time is in each place: below 64 in the
 * first, then a quarter of an octave in each, and from 34 years on in the last.
 */
export const DELIVERY_TIMES_FROM_MS: readonly number[] = [
  0,
  ...Array.from({ length: 34 * 4 + 1 }, (_, quarter) =>
    Math.ceil(64 * 2 ** (quarter / 4)),
  ),
];

/** The place of a delivery time in `DELIVERY_TIMES_FROM_MS`. */
export function deliveryPlace(ms: number): number {
  const next = DELIVERY_TIMES_FROM_MS.findIndex((fromMs) => fromMs > ms);
  return (next === -1 ? DELIVERY_TIMES_FROM_MS.length : next) - 1;
}
