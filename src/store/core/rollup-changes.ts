import { statusRank } from "../../twilio/status.ts";
import type { Message } from "./recording.ts";
import {
  ANY_CODE,
  DAYS_PER_WEEK,
  deliveryPlace,
  DIMENSIONS,
  GRAINS,
  HOURS_PER_DAY,
  MINUTES_PER_HOUR,
  NO_KEY,
  type RollupBorders,
} from "./rollup-table.ts";

const MINUTE_MS = 60_000;

/** The properties that a message is counted by. */
export type Counted = {
  /** When it was first seen, in minutes since 1970. */
  readonly minute: number;
  readonly channel: number;
  readonly status: number;
  readonly errorCode: number | null;
  readonly country: string | null;
  readonly senderId: number | null;
  readonly serviceId: number | null;
  /** Its delivery time's place in `DELIVERY_TIMES_FROM_MS`, when it has one. */
  readonly deliveryPlace: number | null;
};

/** How many messages a row gains or loses: of each status, by its rank minus one. */
export type Change = [number, number, number, number, number];

export type Key = number | string;

/** Changes to the rows of one bucket, by dimension and error code as in `groupOf`, then by key. */
export type Bucket = Map<number, Map<Key, Change>>;

/** Changes to the rows of one grain, by bucket. */
export type Buckets = Map<number, Bucket>;

const DELIVERED = statusRank("delivered");

/** The properties of a message that is in the rollups. */
export function countedOf(message: Message): Counted {
  const { channel, status, errorCode, country, deliveryMs } = message;
  return {
    minute: Math.floor(message.firstEventAt / MINUTE_MS),
    channel,
    status,
    errorCode,
    country,
    senderId: message.from,
    serviceId: message.messagingServiceSid,
    deliveryPlace: deliveryMs === null ? null : deliveryPlace(deliveryMs),
  };
}

/** Takes a change to the counts of a row of the rollups. */
type TakeRow = (
  change: Change,
  grain: number,
  bucket: number,
  dimension: number,
  errorCode: number,
  key: Key,
) => void;

/** Passes on the rows that these changes of minutes belong to: of each grain those up to its border. */
export function eachRollupRow(
  minutes: Buckets,
  { minutesFrom, hoursUntil, daysUntil, weeksUntil }: RollupBorders,
  take: TakeRow,
): void {
  const hours = longer(minutes, MINUTES_PER_HOUR, hoursUntil);
  const days = longer(hours, HOURS_PER_DAY, daysUntil);
  const weeks = longer(days, DAYS_PER_WEEK, weeksUntil);
  eachRow(GRAINS.minute, minutes, minutesFrom, take);
  eachRow(GRAINS.hour, hours, 0, take);
  eachRow(GRAINS.day, days, 0, take);
  eachRow(GRAINS.week, weeks, 0, take);
}

function eachRow(
  grain: number,
  buckets: Buckets,
  from: number,
  take: TakeRow,
): void {
  for (const [at, bucket] of buckets) {
    if (at < from) continue;
    for (const [group, changes] of bucket) {
      const [dimension, errorCode] = dimensionAndCode(group);
      for (const [key, change] of changes)
        take(change, grain, at, dimension, errorCode, key);
    }
  }
}

/** Adds a message to the changes of its minute, or removes it: `by` is 1 or -1. */
export function addMessage(
  minutes: Buckets,
  message: Counted,
  by: 1 | -1,
): void {
  const { minute, status, errorCode, deliveryPlace } = message;
  const bucket = bucketOf(minutes, minute);
  addOfCode(bucket, ANY_CODE, message, by);
  if (errorCode !== null) addOfCode(bucket, errorCode, message, by);
  const byCode = groupOf(DIMENSIONS.errorCode, ANY_CODE);
  change(bucket, byCode, errorCode ?? NO_KEY, status, by);
  if (deliveryPlace === null) return;
  const byTime = groupOf(DIMENSIONS.deliveryTime, ANY_CODE);
  change(bucket, byTime, deliveryPlace, DELIVERED, by);
}

/** The change to a bucket's count of all its messages. */
export function changeOfAll(bucket: Bucket): Change | undefined {
  return bucket.get(groupOf(DIMENSIONS.all, ANY_CODE))?.get(NO_KEY);
}

/** The changes of the buckets before `until`, in buckets `times` as long. */
function longer(buckets: Buckets, times: number, until: number): Buckets {
  const merged: Buckets = new Map();
  for (const [at, bucket] of buckets) {
    if (at >= until) continue;
    const sum = bucketOf(merged, Math.floor(at / times));
    for (const [group, changes] of bucket)
      for (const [key, counts] of changes) {
        const total = changeOf(sum, group, key);
        counts.forEach((count, index) => add(total, index, count));
      }
  }
  return merged;
}

/** Adds a message to the rows for any error code, or to those for its own. */
function addOfCode(
  bucket: Bucket,
  errorCode: number,
  { status, channel, country, senderId, serviceId }: Counted,
  by: number,
): void {
  const { all, country: byCountry, sender, service } = DIMENSIONS;
  change(bucket, groupOf(all, errorCode), NO_KEY, status, by);
  change(bucket, groupOf(byCountry, errorCode), country ?? NO_KEY, status, by);
  change(bucket, groupOf(sender, errorCode), senderId ?? NO_KEY, status, by);
  change(bucket, groupOf(service, errorCode), serviceId ?? NO_KEY, status, by);
  change(
    bucket,
    groupOf(DIMENSIONS.channel, errorCode),
    channel + 1,
    status,
    by,
  );
}

/** More than there are dimensions. */
const GROUPS_PER_CODE = 8;

/** Combines dimension and error code into one number. */
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

/** The reverse of `groupOf`. */
function dimensionAndCode(group: number): readonly [number, number] {
  const dimension = group % GROUPS_PER_CODE;
  return [dimension, (group - dimension) / GROUPS_PER_CODE];
}
