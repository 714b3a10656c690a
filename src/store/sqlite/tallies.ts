import { sql, type Kysely, type RawBuilder } from "kysely";
import { EVENT_STATUSES } from "../../twilio/status.ts";
import type {
  DeliveryTimes,
  StatusCounts,
  TallyRequest,
  TallyRow,
  TimeRange,
} from "../tally.ts";
import { piecesOf, type Extent, type Piece } from "./rollup-pieces.ts";
import {
  ANY_CODE,
  DELIVERY_TIMES_FROM_MS,
  DIMENSIONS,
  GRAINS,
  NO_KEY,
} from "./rollup-table.ts";
import type { Schema } from "./schema.ts";

/** Counts of one key in one span; `span` counts from 1970, or is 0 for a whole range. */
type Sum = StatusCounts & {
  readonly span: number;
  readonly key: number | string;
};

export async function tally(
  db: Kysely<Schema>,
  { range, by, errorCode, spanMs }: TallyRequest,
): Promise<TallyRow[]> {
  // Of one error code only: its messages are counted under it, not by it.
  const dimension =
    by === undefined || (by === "errorCode" && errorCode !== undefined)
      ? "all"
      : by;
  const sums = await sumsOf(db, range, {
    dimension: DIMENSIONS[dimension],
    errorCode: errorCode ?? ANY_CODE,
    spanMs,
  });
  const texts = await textsOf(
    db,
    by,
    sums.map(({ key }) => key),
  );
  return sums.map(({ span, key, ...counts }) => ({
    key: keyOf(by === "errorCode" ? (errorCode ?? key) : key, texts),
    at: spanMs === undefined ? range.from : span * spanMs,
    counts,
    ...(by === "sender" && typeof key === "number" && key !== NO_KEY
      ? { id: key }
      : {}),
  }));
}

export async function deliveryTimes(
  db: Kysely<Schema>,
  range: TimeRange,
): Promise<DeliveryTimes> {
  const sums = await sumsOf(db, range, {
    dimension: DIMENSIONS.deliveryTime,
    errorCode: ANY_CODE,
    spanMs: undefined,
  });
  return sums
    .map(({ key, delivered }) => ({
      fromMs: DELIVERY_TIMES_FROM_MS[Number(key)] ?? 0,
      toMs: DELIVERY_TIMES_FROM_MS[Number(key) + 1] ?? Infinity,
      messages: delivered,
    }))
    .toSorted((a, b) => a.fromMs - b.fromMs);
}

type Rows = {
  readonly dimension: number;
  readonly errorCode: number;
  readonly spanMs: number | undefined;
};

/** In one transaction, as rows are removed once others have their sums. */
function sumsOf(
  db: Kysely<Schema>,
  range: TimeRange,
  rows: Rows,
): Promise<readonly Sum[]> {
  return db.transaction().execute(async (transaction) => {
    const extent = await extentOf(transaction);
    const pieces = extent ? piecesOf(range, rows.spanMs, extent) : [];
    return pieces.length === 0
      ? []
      : await sumsOfPieces(transaction, pieces, rows);
  });
}

/** Undefined when there are no messages. */
async function extentOf(db: Kysely<Schema>): Promise<Extent | undefined> {
  const extent = await db
    .selectFrom("rollup_clock")
    .select((eb) => [
      "minutes_from as minutesFrom",
      "hours_until as hoursUntil",
      "days_until as daysUntil",
      eb
        .selectFrom("message_hours")
        .select((hours) => hours.fn.min("hour").as("hour"))
        .as("oldestHour"),
      eb
        .selectFrom("rollups")
        .select((rollups) => rollups.fn.max("bucket").as("bucket"))
        .where("grain", "=", GRAINS.minute)
        .as("newestMinute"),
    ])
    .executeTakeFirst();
  if (extent === undefined || extent.oldestHour === null) return undefined;
  const { oldestHour, newestMinute, ...borders } = extent;
  return { oldestHour, newestMinute: newestMinute ?? 0, ...borders };
}

async function sumsOfPieces(
  db: Kysely<Schema>,
  pieces: readonly Piece[],
  rows: Rows,
): Promise<readonly Sum[]> {
  const all = sql.join(
    pieces.map((piece) => rowsOf(piece, rows)),
    sql` UNION ALL `,
  );
  const counts = sql.join(
    EVENT_STATUSES.map(
      (status) => sql`sum(${sql.ref(status)}) AS ${sql.ref(status)}`,
    ),
  );
  // Grouping is most of the work, and a span that all have would be compared too.
  const groups = rows.spanMs === undefined ? sql`key` : sql`span, key`;
  const query = sql<Sum>`
    SELECT span, key, ${counts} FROM (${all}) GROUP BY ${groups} ORDER BY span`;
  const { rows: sums } = await query.execute(db);
  return sums;
}

/**
 * The rows of a piece. Its buckets are gone through one by one, as the rows of one
 * dimension lie together in each.
 */
function rowsOf(
  { grain, from, to }: Piece,
  { dimension, errorCode, spanMs }: Rows,
): RawBuilder<unknown> {
  const span =
    spanMs === undefined
      ? sql`0`
      : sql`rollups.bucket * ${grain * 1_000} / ${spanMs}`;
  return sql`
    SELECT ${span} AS span, rollups.* FROM (${bucketsOf({ grain, from, to })}) AS piece
      CROSS JOIN rollups ON rollups.grain = ${grain} AND rollups.bucket = piece.bucket
      AND rollups.dimension = ${dimension} AND rollups.error_code = ${errorCode}`;
}

/**
 * The buckets of a piece. Of minutes only those that have rows, as messages from a clock
 * that ran ahead may lie years after the others.
 */
function bucketsOf({ grain, from, to }: Piece): RawBuilder<unknown> {
  if (grain !== GRAINS.minute)
    return sql`WITH RECURSIVE piece (bucket) AS (
      SELECT ${from} UNION ALL SELECT bucket + 1 FROM piece WHERE bucket + 1 < ${to}
    ) SELECT bucket FROM piece`;
  const next = (after: RawBuilder<unknown>) =>
    sql`(SELECT min(bucket) FROM rollups WHERE grain = ${grain} AND bucket > ${after})`;
  return sql`WITH RECURSIVE piece (bucket) AS (
      SELECT ${next(sql`${from - 1}`)} UNION ALL
      SELECT ${next(sql`piece.bucket`)} FROM piece WHERE bucket < ${to}
    ) SELECT bucket FROM piece WHERE bucket < ${to}`;
}

/** What keys that are ids stand for. */
async function textsOf(
  db: Kysely<Schema>,
  by: TallyRequest["by"],
  keys: readonly (number | string)[],
): Promise<ReadonlyMap<number | string, string> | undefined> {
  const ids = sql<number>`(SELECT value FROM json_each(${JSON.stringify([...new Set(keys)])}))`;
  switch (by) {
    case "sender": {
      const rows = await db
        .selectFrom("addresses")
        .select(["id", "address"])
        .where("id", "in", ids)
        .execute();
      return new Map(rows.map(({ id, address }) => [id, address]));
    }
    case "service": {
      const rows = await db
        .selectFrom("sids")
        .select(["id", "sid"])
        .where("id", "in", ids)
        .execute();
      return new Map(rows.map(({ id, sid }) => [id, sid]));
    }
    default:
      return undefined;
  }
}

function keyOf(
  key: number | string,
  texts: ReadonlyMap<number | string, string> | undefined,
): number | string | null {
  if (key === NO_KEY) return null;
  return texts === undefined ? key : (texts.get(key) ?? null);
}
