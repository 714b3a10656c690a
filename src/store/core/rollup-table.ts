/*
 * The table `rollups`. A row counts the messages first seen in one bucket, by status: all
 * of them or those with one error code, and of these the ones with one key of one
 * dimension. Changing any of this takes a migration.
 */

/** The meaning of a row's `key`; `all` has only one key. */
export const DIMENSIONS = {
  all: 0,
  errorCode: 1,
  country: 2,
  /** Ids of addresses. */
  sender: 3,
  /** Ids of SIDs. */
  service: 4,
  /**
   * Places in `DELIVERY_TIMES_FROM_MS`. These rows count messages with a `sent` and a
   * `delivered` event, in the column `delivered`, whatever their status.
   */
  deliveryTime: 5,
  /** Places in `CHANNELS`, starting at 1, as 0 means none. */
  channel: 6,
} as const;

/**
 * The length of a bucket in seconds. Buckets are counted from 1970, starting at 0; weeks
 * start on a Thursday, as 1970 did.
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
 * The borders up to which each grain has rows, as in the table `rollup_clock`. Between
 * `minutesFrom` and `hoursUntil` a message is counted in both a minute and an hour;
 * `minutesFrom` is never later than the last whole hour before `hoursUntil`, so every
 * message is counted. Hours, days and weeks get their rows some time after they are over,
 * and shorter buckets count until then: so most events write to one row, not four.
 */
export type RollupBorders = {
  /** There are rows for this minute since 1970 and later ones. */
  readonly minutesFrom: number;
  /** Rows of hours count the minutes before this one. */
  readonly hoursUntil: number;
  /** Rows of days count the hours since 1970 before this one. */
  readonly daysUntil: number;
  /** Rows of weeks count the days since 1970 before this one. */
  readonly weeksUntil: number;
};

/** The `error_code` of rows that count messages with any error code or none. */
export const ANY_CODE = 0;

/** The `key` of messages that have none. */
export const NO_KEY = 0;

/** A key as it was before an engine stored it as text: numbers are in digits, countries aren't. */
export function rollupKey(stored: number | string): number | string {
  return typeof stored === "string" && /^\d+$/.test(stored)
    ? Number(stored)
    : stored;
}

/**
 * The shortest delivery time of each place, in milliseconds: the first is below 64, each
 * further one is a quarter of an octave, and the last starts at 34 years.
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
