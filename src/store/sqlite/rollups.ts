import type { Database } from "bun:sqlite";
import { statusRank } from "../../twilio/status.ts";
import { createRollupClock } from "./rollup-clock.ts";
import { ANY_CODE, DIMENSIONS, GRAINS, NO_KEY } from "./rollup-table.ts";

/** What a message is counted by. */
export type Counted = {
  /** Minutes since 1970 at which it was first heard of. */
  readonly minute: number;
  readonly status: number;
  readonly errorCode: number | null;
  readonly country: string | null;
  readonly senderId: number | null;
  readonly serviceId: number | null;
  /** Its delivery time's place in `DELIVERY_TIMES_FROM_MS`, when it has one. */
  readonly deliveryPlace: number | null;
};

/** Messages that come to a row or go from it: of each status, by its rank less one. */
type Change = [number, number, number, number, number];

type Key = number | string;

/** Changes of the rows of one bucket, by dimension and error code as in `groupOf`, then by key. */
type Bucket = Map<number, Map<Key, Change>>;

/** Changes of the rows of one grain, by bucket. */
type Buckets = Map<number, Bucket>;

/** Columns of a row's primary key: grain, bucket, dimension, error code, key. */
type RowKey = [number, number, number, number, Key];

const DELIVERED = statusRank("delivered");

/**
 * Counts of messages, see rollup-table.ts. Changes are collected while a batch is
 * recorded and written once at its end, so that what a message leaves and what it
 * comes to meet in one row.
 */
export function createRollups(db: Database) {
  const upsert = db.prepare<unknown, [...RowKey, ...Change]>(
    `INSERT INTO rollups VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
       sent = sent + excluded.sent, failed = failed + excluded.failed,
       undelivered = undelivered + excluded.undelivered,
       delivered = delivered + excluded.delivered, read = read + excluded.read`,
  );
  const removeEmpty = db.prepare<unknown, RowKey>(
    `DELETE FROM rollups WHERE grain = ? AND bucket = ? AND dimension = ? AND error_code = ? AND key = ?
       AND sent = 0 AND failed = 0 AND undelivered = 0 AND delivered = 0 AND read = 0`,
  );
  const clock = createRollupClock(db);
  const minutes: Buckets = new Map();

  const writeBucket = (grain: number, at: number, bucket: Bucket): void => {
    for (const [group, changes] of bucket) {
      const dimension = group % GROUPS_PER_CODE;
      const errorCode = (group - dimension) / GROUPS_PER_CODE;
      for (const [
        key,
        [sent, failed, undelivered, delivered, read],
      ] of changes) {
        if (!(sent || failed || undelivered || delivered || read)) continue;
        upsert.run(
          grain,
          at,
          dimension,
          errorCode,
          key,
          sent,
          failed,
          undelivered,
          delivered,
          read,
        );
        // A row that lost no message is not empty.
        if (sent + failed + undelivered + delivered + read < 0)
          removeEmpty.run(grain, at, dimension, errorCode, key);
      }
    }
  };

  return {
    /** Adds a message, or takes it out: `by` is 1 or -1. */
    add(message: Counted, by: 1 | -1): void {
      const { minute, status, errorCode, deliveryPlace } = message;
      const bucket = bucketOf(minutes, minute);
      addOfCode(bucket, ANY_CODE, message, by);
      if (errorCode !== null) addOfCode(bucket, errorCode, message, by);
      const byCode = groupOf(DIMENSIONS.errorCode, ANY_CODE);
      change(bucket, byCode, errorCode ?? NO_KEY, status, by);
      if (deliveryPlace === null) return;
      const byTime = groupOf(DIMENSIONS.deliveryTime, ANY_CODE);
      change(bucket, byTime, deliveryPlace, DELIVERED, by);
    },
    write(): void {
      if (minutes.size === 0) return;
      const { minutesFrom, hoursUntil, daysUntil } = clock.advanceTo(
        Math.max(...minutes.keys()),
      );
      for (const [minute, bucket] of minutes)
        if (minute >= minutesFrom) writeBucket(GRAINS.minute, minute, bucket);
      const hours = longer(minutes, GRAINS.hour / GRAINS.minute, hoursUntil);
      for (const [hour, bucket] of hours)
        writeBucket(GRAINS.hour, hour, bucket);
      const days = longer(hours, GRAINS.day / GRAINS.hour, daysUntil);
      for (const [day, bucket] of days) writeBucket(GRAINS.day, day, bucket);
      minutes.clear();
    },
    forget(): void {
      minutes.clear();
      clock.forget();
    },
  };
}

/** Adds a message to the rows of all that have any error code, or of those with its own. */
function addOfCode(
  bucket: Bucket,
  errorCode: number,
  { status, country, senderId, serviceId }: Counted,
  by: number,
): void {
  const { all, country: byCountry, sender, service } = DIMENSIONS;
  change(bucket, groupOf(all, errorCode), NO_KEY, status, by);
  change(bucket, groupOf(byCountry, errorCode), country ?? NO_KEY, status, by);
  change(bucket, groupOf(sender, errorCode), senderId ?? NO_KEY, status, by);
  change(bucket, groupOf(service, errorCode), serviceId ?? NO_KEY, status, by);
}

/** More than there are dimensions. */
const GROUPS_PER_CODE = 8;

/** Dimension and error code in one number. */
function groupOf(dimension: number, errorCode: number): number {
  return dimension + errorCode * GROUPS_PER_CODE;
}

function bucketOf(buckets: Buckets, at: number): Bucket {
  let bucket = buckets.get(at);
  if (bucket === undefined) buckets.set(at, (bucket = new Map()));
  return bucket;
}

function changeOf(bucket: Bucket, group: number, key: Key): Change {
  let changes = bucket.get(group);
  if (changes === undefined) bucket.set(group, (changes = new Map()));
  let change = changes.get(key);
  if (change === undefined) changes.set(key, (change = [0, 0, 0, 0, 0]));
  return change;
}

function change(
  bucket: Bucket,
  group: number,
  key: Key,
  status: number,
  by: number,
): void {
  add(changeOf(bucket, group, key), status - 1, by);
}

function add(to: Change, index: number, by: number): void {
  to[index] = (to[index] ?? 0) + by;
}

/** The same changes in buckets `times` as long, of those below `until`. */
function longer(buckets: Buckets, times: number, until: number): Buckets {
  const merged: Buckets = new Map();
  for (const [at, bucket] of buckets) {
    const longerAt = Math.floor(at / times);
    if (longerAt >= until) continue;
    const sum = bucketOf(merged, longerAt);
    for (const [group, changes] of bucket)
      for (const [key, counts] of changes) {
        const total = changeOf(sum, group, key);
        counts.forEach((count, index) => add(total, index, count));
      }
  }
  return merged;
}
