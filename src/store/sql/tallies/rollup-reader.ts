import { sql } from "kysely";
import { EVENT_STATUSES } from "../../../twilio/status.ts";
import type { TimeRange } from "../../../time/time-range.ts";
import { MINUTES_KEPT, type StatusCounts } from "../../tally.ts";
import type { Db, Dialect, Sql } from "../dialect.ts";
import { statement } from "../statement.ts";
import type { Extent, Piece } from "./rollup-pieces.ts";
import {
  ANY_CODE,
  DIMENSIONS,
  GRAINS,
  NO_KEY,
} from "../../core/rollup-table.ts";

/** Which rows of the buckets are read; see rollup-table.ts. */
export type Rows = {
  readonly dimension: number;
  readonly errorCode: number;
  /** Only rows with these keys. */
  readonly keys?: readonly Key[] | undefined;
};

/** Rows with these keys, of several error codes at once. */
export type RowsOfCodes = Pick<Rows, "dimension"> & {
  readonly keys: readonly Key[];
  readonly codes: readonly number[];
};

const MINUTE_MS = GRAINS.minute * 1_000;
const HOUR_MS = GRAINS.hour * 1_000;

/** Whether the rows of a range are exact at both of its ends. */
export async function isExactFor(
  db: Db,
  { from, to }: TimeRange,
  countAll: boolean,
): Promise<boolean> {
  const byMinuteSince = await countedByMinuteSince(db);
  const isKnown = (at: number, hour: number): boolean =>
    !Number.isFinite(at) ||
    at % HOUR_MS === 0 ||
    (at % MINUTE_MS === 0 && (countAll || hour >= byMinuteSince));
  return isKnown(from, from) && isKnown(to, Math.floor(to / HOUR_MS) * HOUR_MS);
}

/** Whether these rows count every message, which is known for each minute of all time. */
export function countsAll({ dimension, errorCode }: Rows): boolean {
  return dimension === DIMENSIONS.all && errorCode === ANY_CODE;
}

/** An id, a code or a text; see `DIMENSIONS`. */
export type Key = number | string;

/** The counts of one key in one bucket. */
export type Sum = StatusCounts & { readonly key: Key };
export type SumOfBucket = Sum & { readonly bucket: number };

const selectExtent = statement<
  {},
  Omit<Extent, "oldestHour"> & { readonly oldestHour: number | null }
>(
  () => sql`SELECT minutes_from AS "minutesFrom", hours_until AS "hoursUntil",
      days_until AS "daysUntil", weeks_until AS "weeksUntil",
      (SELECT min(hour) FROM message_hours) AS "oldestHour",
      coalesce((SELECT max(bucket) FROM rollups WHERE grain = ${sql.lit(GRAINS.minute)}), 0)
        AS "newestMinute"
    FROM rollup_clock`,
);

/** Undefined when there are no messages. */
export async function extentOf(db: Db): Promise<Extent | undefined> {
  const [extent] = await selectExtent(db, {});
  if (extent === undefined || extent.oldestHour === null) return undefined;
  return { ...extent, oldestHour: extent.oldestHour };
}

export async function countedByMinuteSince(db: Db): Promise<number> {
  const clock = await db
    .selectFrom("rollup_clock")
    .select("minutes_from")
    .executeTakeFirst();
  return (clock?.minutes_from ?? 0) * GRAINS.minute * 1_000;
}

/** What is bound to read a piece. */
export type InPiece = {
  from: number;
  to: number;
  grain: number;
  dimension: number;
  errorCode: number;
};
type At = (name: keyof InPiece) => Sql;

const eachBucket = (at: At): Sql => sql`
  WITH RECURSIVE piece (bucket) AS (
    SELECT CAST(${at("from")} AS INTEGER)
    UNION ALL SELECT bucket + 1 FROM piece WHERE bucket + 1 < ${at("to")}
  ) SELECT bucket FROM piece`;

/** Messages from a clock that was ahead can be years after the others: of this many minutes only those with rows are read. */
const MINUTES_EACH_MAX = 2 * MINUTES_KEPT;
const minutesWithRows = (at: At): Sql => sql`
  WITH RECURSIVE piece (bucket) AS (
    SELECT (SELECT min(bucket) FROM rollups
      WHERE grain = ${at("grain")} AND bucket >= ${at("from")})
    UNION ALL
    SELECT (SELECT min(bucket) FROM rollups
        WHERE grain = ${at("grain")} AND bucket > piece.bucket)
      FROM piece WHERE bucket < ${at("to")}
  ) SELECT bucket FROM piece WHERE bucket < ${at("to")}`;

/**
 * The rows of a piece. Its buckets are read one by one, in this order, as the rows of one
 * dimension are together in each.
 */
export function rowsOfPiece(
  { forEach }: Dialect,
  columns: Sql,
  at: At,
  {
    buckets = eachBucket,
    isOfCode = sql`error_code = ${at("errorCode")}`,
    condition = sql`TRUE`,
  } = {},
): Sql {
  const piece = sql`(${buckets(at)}) AS piece`;
  const isOfPiece = sql`rollups.grain = ${at("grain")} AND rollups.bucket = piece.bucket
    AND dimension = ${at("dimension")} AND ${isOfCode} AND ${condition}`;
  return sql`SELECT ${columns} FROM ${forEach(piece, "rollups", isOfPiece)}`;
}

const COUNTS = sql.join(EVENT_STATUSES.map((status) => sql.ref(status)));

export const readSums = reader<Sum>(sql`key, ${COUNTS}`);
/** The rows of each bucket come together. */
export const readSumsOfBuckets = reader<SumOfBucket>(
  sql`rollups.bucket, key, ${COUNTS}`,
);
export const readDelivered = reader<Pick<Sum, "key" | "delivered">>(
  sql`key, delivered`,
);

type InPieceOfCodes = InPiece & {
  codes: readonly number[];
  keys: readonly Key[];
};

const readerOfCodes = (buckets: typeof eachBucket) =>
  statement<InPieceOfCodes, SumOfBucket>((at, dialect) =>
    rowsOfPiece(
      dialect,
      sql`rollups.bucket, error_code AS key, ${COUNTS}`,
      at,
      {
        buckets,
        isOfCode: dialect.among(sql.ref("error_code"), at("codes")),
        condition: dialect.among(sql.ref("rollups.key"), at("keys")),
      },
    ),
  );
const readEachOfCodes = readerOfCodes(eachBucket);
const readMinutesOfCodes = readerOfCodes(minutesWithRows);

/** Reads a piece by error code, which is the key of what it resolves to. */
export async function readSumsOfCodes(
  db: Db,
  { grain, from, to }: Piece,
  { dimension, keys, codes }: RowsOfCodes,
): Promise<SumOfBucket[]> {
  const read = isShort(grain, from, to) ? readEachOfCodes : readMinutesOfCodes;
  const piece = { grain, from, to, dimension, errorCode: ANY_CODE };
  return read(db, { ...piece, keys, codes });
}

function isShort(grain: number, from: number, to: number): boolean {
  return grain !== GRAINS.minute || to - from <= MINUTES_EACH_MAX;
}

/** Reads a piece. Its rows aren't grouped: sorting them costs more than reading them. */
function reader<Row>(columns: Sql) {
  const readEach = statement<InPiece, Row>((at, dialect) =>
    rowsOfPiece(dialect, columns, at),
  );
  const readMinutes = statement<InPiece, Row>((at, dialect) =>
    rowsOfPiece(dialect, columns, at, { buckets: minutesWithRows }),
  );
  const ofKeys = (buckets?: typeof eachBucket) =>
    statement<InPiece & { keys: readonly Key[] }, Row>((at, dialect) => {
      const condition = dialect.among(sql.ref("key"), at("keys"));
      const found = { condition, ...(buckets && { buckets }) };
      return rowsOfPiece(dialect, columns, at, found);
    });
  const readKeys = ofKeys();
  const readKeysOfMinutes = ofKeys(minutesWithRows);
  // In the shape of rows of rollups.
  const readAllByMinute = statement<{ from: number; to: number }, Row>(
    (at) => sql`SELECT ${columns} FROM (
      SELECT minute AS bucket, ${sql.lit(NO_KEY)} AS key, ${COUNTS} FROM message_minutes
      WHERE minute >= ${at("from")} AND minute < ${at("to")}
    ) AS rollups ORDER BY bucket`,
  );
  return (db: Db, { grain, from, to }: Piece, rows: Rows): Promise<Row[]> => {
    const { dimension, errorCode, keys } = rows;
    if (grain === GRAINS.minute && countsAll(rows))
      return readAllByMinute(db, { from, to });
    const isEach = isShort(grain, from, to);
    const piece = { from, to, grain, dimension, errorCode };
    if (keys === undefined)
      return isEach ? readEach(db, piece) : readMinutes(db, piece);
    const wanted = { ...piece, keys };
    return isEach ? readKeys(db, wanted) : readKeysOfMinutes(db, wanted);
  };
}
