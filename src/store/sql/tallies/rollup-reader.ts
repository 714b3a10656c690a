import type { Kysely } from "kysely";
import { EVENT_STATUSES } from "../../../twilio/status.ts";
import { MINUTES_KEPT, type StatusCounts } from "../../tally.ts";
import { query } from "../../sqlite/connection/read-connection.ts";
import type { Extent, Piece } from "./rollup-pieces.ts";
import {
  ANY_CODE,
  DIMENSIONS,
  GRAINS,
  NO_KEY,
} from "../../core/rollup-table.ts";
import type { Schema } from "../schema.ts";

/** Which rows of the buckets are read; see rollup-table.ts. */
export type Rows = {
  readonly dimension: number;
  readonly errorCode: number;
  /** Only rows with these keys. */
  readonly keys?: readonly Key[] | undefined;
};

/** Whether these rows count every message: that is known of each minute, however long ago. */
export function countsAll({ dimension, errorCode }: Rows): boolean {
  return dimension === DIMENSIONS.all && errorCode === ANY_CODE;
}

/** An id, a code or a text; see `DIMENSIONS`. */
export type Key = number | string;

/** The counts of one key in one bucket. */
export type Sum = StatusCounts & { readonly key: Key };
export type SumOfBucket = Sum & { readonly bucket: number };

/** Undefined when there are no messages. */
export async function extentOf(
  db: Kysely<Schema>,
): Promise<Extent | undefined> {
  const [extent] = await query<
    Omit<Extent, "oldestHour"> & { readonly oldestHour: number | null }
  >(
    db,
    `SELECT minutes_from AS minutesFrom, hours_until AS hoursUntil, days_until AS daysUntil,
      weeks_until AS weeksUntil,
      (SELECT min(hour) FROM message_hours) AS oldestHour,
      ifnull((SELECT max(bucket) FROM rollups WHERE grain = ${GRAINS.minute}), 0) AS newestMinute
      FROM rollup_clock`,
  );
  if (extent === undefined || extent.oldestHour === null) return undefined;
  return { ...extent, oldestHour: extent.oldestHour };
}

export async function countedByMinuteSince(
  db: Kysely<Schema>,
): Promise<number> {
  const [clock] = await query<{ readonly at: number }>(
    db,
    `SELECT minutes_from * ${GRAINS.minute * 1_000} AS at FROM rollup_clock`,
  );
  return clock?.at ?? 0;
}

const EACH_BUCKET = `
  WITH RECURSIVE piece (bucket) AS (
    SELECT ?1 UNION ALL SELECT bucket + 1 FROM piece WHERE bucket + 1 < ?2
  ) SELECT bucket FROM piece`;

/** The rows of ?4 and ?5 in the buckets from ?1 to ?2 of grain ?3. */
export const inPieces = `(${EACH_BUCKET}) AS piece
  CROSS JOIN rollups ON rollups.grain = ?3 AND rollups.bucket = piece.bucket
  AND dimension = ?4 AND error_code = ?5`;

/** Messages from a clock that ran ahead may lie years after the others: of so many minutes only those with rows. */
const MINUTES_EACH_MAX = 2 * MINUTES_KEPT;
const MINUTES_WITH_ROWS = `
  WITH RECURSIVE piece (bucket) AS (
    SELECT (SELECT min(bucket) FROM rollups WHERE grain = ?3 AND bucket >= ?1)
    UNION ALL
    SELECT (SELECT min(bucket) FROM rollups WHERE grain = ?3 AND bucket > piece.bucket)
      FROM piece WHERE bucket < ?2
  ) SELECT bucket FROM piece WHERE bucket < ?2`;

const COUNTS = EVENT_STATUSES.join(", ");

/** In the shape of rows of rollups. */
const MESSAGE_MINUTES = `(
  SELECT minute AS bucket, ${NO_KEY} AS key, ${COUNTS} FROM message_minutes
  WHERE minute >= ?1 AND minute < ?2
) AS rollups`;

export const readSums = reader<Sum>(`key, ${COUNTS}`);
/** The rows of each bucket come together. */
export const readSumsOfBuckets = reader<SumOfBucket>(
  `rollups.bucket, key, ${COUNTS}`,
);
export const readDelivered =
  reader<Pick<Sum, "key" | "delivered">>("key, delivered");

/**
 * Reads a piece. Its buckets are gone through one by one, as the rows of one dimension
 * lie together in each. They are not grouped: to sort them costs more than to read them.
 */
function reader<Row>(columns: string) {
  const textOf = (buckets: string): string =>
    `SELECT ${columns} FROM (${buckets}) AS piece
      CROSS JOIN rollups ON rollups.grain = ?3 AND rollups.bucket = piece.bucket
      AND dimension = ?4 AND error_code = ?5`;
  const ofKeys = " AND key IN (SELECT value FROM json_each(?6))";
  const ofEach = textOf(EACH_BUCKET);
  const ofMinutes = textOf(MINUTES_WITH_ROWS);
  const ofAll = `SELECT ${columns} FROM ${MESSAGE_MINUTES} ORDER BY bucket`;
  return (
    db: Kysely<Schema>,
    { grain, from, to }: Piece,
    rows: Rows,
  ): Promise<Row[]> => {
    const { dimension, errorCode, keys } = rows;
    if (grain === GRAINS.minute && countsAll(rows))
      return query<Row>(db, ofAll, [from, to]);
    const isEach = grain !== GRAINS.minute || to - from <= MINUTES_EACH_MAX;
    const text = isEach ? ofEach : ofMinutes;
    const values = [from, to, grain, dimension, errorCode];
    return keys === undefined
      ? query<Row>(db, text, values)
      : query<Row>(db, text + ofKeys, [...values, JSON.stringify(keys)]);
  };
}
