import { sql } from "kysely";
import {
  COST_DIMENSIONS,
  COST_GRAINS,
  NO_COST_KEY,
} from "../../core/cost-table.ts";
import type { SummedCosts } from "../../core/cost-sum.ts";
import type { DayRange } from "../../costs.ts";
import type { Db, Dialect, Sql } from "../dialect.ts";

/** Rows that are read to find keys. Two thousand senders have a fifth as many in 90 days. */
const ROWS_MAX = 200_000;

/** What messages of one key cost. */
export type CostRow = SummedCosts & { readonly key: string };

export type CostRowOfDay = SummedCosts & { readonly day: number };

type CostPiece = {
  readonly grain: number;
  readonly from: number;
  readonly to: number;
};

/** The days of a range as rows of the table: whole weeks, and days before and after them. */
function costPieces({ from, to }: DayRange): CostPiece[] {
  const { day, week } = COST_GRAINS;
  const first = Math.ceil(from / week);
  const last = Math.floor(to / week);
  const pieces =
    first >= last
      ? [{ grain: day, from, to }]
      : [
          { grain: day, from, to: first * week },
          { grain: week, from: first, to: last },
          { grain: day, from: last * week, to },
        ];
  return pieces.filter((piece) => piece.from < piece.to);
}

const SUMS = sql`CAST(sum(micros) AS text) AS micros, CAST(sum(picos) AS text) AS picos,
  sum(messages) AS messages, sum(segments) AS segments, sum(with_fee) AS "withFee", sum(seen) AS seen`;

/** What all messages cost on each day. */
export async function costsOfDays(
  db: Db,
  range: DayRange,
): Promise<CostRowOfDay[]> {
  const isOfAll = sql`cost_sums.key = ${NO_COST_KEY}`;
  return costsByDay(db, range, COST_DIMENSIONS.all, isOfAll);
}

/** What messages with one key cost on each day in these currencies: each is looked up. */
export async function costsOfKeyByDay(
  db: Db,
  range: DayRange,
  dimension: number,
  currencies: readonly string[],
  key: string,
): Promise<CostRowOfDay[]> {
  const rows: CostRowOfDay[] = [];
  for (const currency of currencies) {
    const isOfKey = sql`currency = ${currency} AND cost_sums.key = ${key}`;
    rows.push(...(await costsByDay(db, range, dimension, isOfKey)));
  }
  return rows;
}

async function costsByDay(
  db: Db,
  { from, to }: DayRange,
  dimension: number,
  condition: Sql,
): Promise<CostRowOfDay[]> {
  if (from >= to) return [];
  const days = { grain: COST_GRAINS.day, from, to };
  const { rows } = await sql<CostRowOfDay>`
    SELECT cost_sums.bucket AS day, currency, ${SUMS}
      FROM ${rowsOfPiece(db.dialect, days, dimension, condition)}
      GROUP BY cost_sums.bucket, currency`.execute(db);
  return rows;
}

/**
 * The `limit` keys of messages that cost the most in this currency, in this order; those without a price,
 * whose currency is '', by their number. Undefined where more would have to be read than a page may.
 */
export async function topCostKeys(
  db: Db,
  range: DayRange,
  dimension: number,
  currency: string,
  limit: number,
): Promise<readonly string[] | undefined> {
  const pieces = costPieces(range).map((piece) => {
    const isOfCurrency = sql`currency = ${currency}`;
    return sql`SELECT cost_sums.key, messages, micros, picos
      FROM ${rowsOfPiece(db.dialect, piece, dimension, isOfCurrency)}`;
  });
  if (pieces.length === 0) return [];
  const found = sql`(${sql.join(pieces, sql` UNION ALL `)}) AS found`;
  const { rows: counts } = await sql<{ readonly rows: number }>`
    SELECT count(*) AS rows FROM (SELECT 1 FROM ${found} LIMIT ${ROWS_MAX + 1}) AS read`.execute(
    db,
  );
  if ((counts[0]?.rows ?? 0) > ROWS_MAX) return undefined;
  const { rows } = await sql<{ readonly key: string }>`
    SELECT key FROM ${found} GROUP BY key HAVING sum(messages) > 0
      ORDER BY sum(micros), sum(picos), sum(messages) DESC, key LIMIT ${limit}`.execute(
    db,
  );
  return rows.map(({ key }) => key);
}

/** What messages with these keys cost in these currencies: each is looked up in each bucket. */
export async function costsOfKeys(
  db: Db,
  range: DayRange,
  dimension: number,
  currencies: readonly string[],
  keys: readonly string[],
): Promise<CostRow[]> {
  const { dialect } = db;
  const list = dialect.list(keys);
  const pieces = costPieces(range).flatMap((piece) =>
    currencies.map((currency) => {
      const isOfKeys = sql`currency = ${currency}
        AND ${dialect.among(sql.ref("cost_sums.key"), list)}`;
      return sql`SELECT cost_sums.key, currency, messages, micros, picos, segments, with_fee, seen
        FROM ${rowsOfPiece(dialect, piece, dimension, isOfKeys)}`;
    }),
  );
  if (pieces.length === 0 || keys.length === 0) return [];
  const { rows } = await sql<CostRow>`
    SELECT key, currency, ${SUMS} FROM (${sql.join(pieces, sql` UNION ALL `)}) AS found
      GROUP BY key, currency`.execute(db);
  return rows;
}

/** What messages of a day cost by key, at most `limit` rows after a currency and key, in their order. */
export async function costsAfter(
  db: Db,
  day: number,
  dimension: number,
  after: Pick<CostRow, "currency" | "key"> | undefined,
  limit: number,
): Promise<CostRow[]> {
  const isAfter =
    after === undefined
      ? sql`TRUE`
      : sql`(currency, key) > (${after.currency}, ${after.key})`;
  const { rows } = await sql<CostRow>`
    SELECT key, currency, CAST(micros AS text) AS micros, CAST(picos AS text) AS picos, messages,
        segments, with_fee AS "withFee", seen
      FROM cost_sums WHERE dimension = ${sql.lit(dimension)}
        AND grain = ${sql.lit(COST_GRAINS.day)} AND bucket = ${day} AND ${isAfter}
      ORDER BY currency, key LIMIT ${limit}`.execute(db);
  return rows;
}

/** The rows of a piece that meet a condition; its buckets are read one by one. */
function rowsOfPiece(
  { forEach, rowsOf }: Dialect,
  { grain, from, to }: CostPiece,
  dimension: number,
  condition: Sql,
): Sql {
  const buckets = Array.from({ length: to - from }, (_, at) => from + at);
  const isOfPiece = sql`dimension = ${sql.lit(dimension)} AND grain = ${sql.lit(grain)}
    AND bucket = named.value AND ${condition}`;
  return forEach(rowsOf(buckets), "cost_sums", isOfPiece);
}
