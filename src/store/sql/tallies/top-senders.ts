import { sql } from "kysely";
import type { TallyRow, TopSenders, TopSendersRequest } from "../../tally.ts";
import type { Db, Sql } from "../dialect.ts";
import { statement } from "../statement.ts";
import { piecesOf, type Piece } from "./rollup-pieces.ts";
import {
  extentOf,
  rowsOfPiece,
  type InPiece,
  type Rows,
} from "./rollup-reader.ts";
import { ANY_CODE, DIMENSIONS } from "../../core/rollup-table.ts";
import { rowsOfKeys } from "./tallies.ts";

/** Rows that are read to find them. Two thousand senders have half as many in 90 days. */
const ROWS_MAX = 200_000;
/** Senders whose counts are added up. */
const SENDERS_MAX = 60;

const AMOUNTS = {
  lost: selectAmounts(sql`failed + undelivered`),
  messages: selectAmounts(sql`sent + failed + undelivered + delivered + read`),
};

function selectAmounts(amount: Sql) {
  return statement<
    InPiece & { limit: number },
    { readonly count: number; readonly keys: string; readonly amounts: string }
  >(
    (at, dialect) => sql`SELECT count(*) AS count,
      ${dialect.jsonRows(sql.ref("key"), sql`amount > 0`)} AS keys,
      ${dialect.jsonRows(sql.ref("amount"), sql`amount > 0`)} AS amounts
      FROM (${rowsOfPiece(dialect, sql`key, ${amount} AS amount`, at)} LIMIT ${at("limit")}) AS found`,
  );
}

/**
 * The senders with most of something in a range, with all their counts. Only rows that have
 * some of it leave the database, so it costs a fraction of a tally by sender. Beyond
 * `ROWS_MAX` it returns none.
 */
export async function topSenders(
  db: Db,
  { range, of, errorCode = ANY_CODE }: TopSendersRequest,
): Promise<TopSenders> {
  const wanted = { dimension: DIMENSIONS.sender, errorCode };
  return db.dialect.readSnapshot(db, async (snapshot) => {
    const extent = await extentOf(snapshot);
    const pieces = extent ? piecesOf(range, undefined, extent) : [];
    const amounts = await amountsOf(snapshot, pieces, wanted, of);
    if (amounts === undefined) return { rows: [], coverage: "none" };
    const keys = [...amounts]
      .toSorted(([a, ofA], [b, ofB]) => ofB - ofA || a - b)
      .slice(0, SENDERS_MAX)
      .map(([key]) => key);
    const rows: TallyRow[] =
      keys.length === 0
        ? []
        : await rowsOfKeys(snapshot, range, pieces, { ...wanted, keys });
    return { rows, coverage: amounts.size > SENDERS_MAX ? "most" : "all" };
  });
}

/** How much each sender has that has any; undefined where there is too much to read. */
async function amountsOf(
  db: Db,
  pieces: readonly Piece[],
  { dimension, errorCode }: Rows,
  of: TopSendersRequest["of"],
): Promise<ReadonlyMap<number, number> | undefined> {
  const amounts = new Map<number, number>();
  let left = ROWS_MAX;
  for (const { grain, from, to } of pieces) {
    const piece = { grain, from, to, dimension, errorCode, limit: left + 1 };
    const [found] = await AMOUNTS[of](db, piece);
    if (found === undefined) continue;
    left -= found.count;
    if (left < 0) return undefined;
    const keys: (number | string)[] = JSON.parse(found.keys);
    const added: number[] = JSON.parse(found.amounts);
    keys.forEach((stored, place) => {
      const key = Number(stored);
      amounts.set(key, (amounts.get(key) ?? 0) + (added[place] ?? 0));
    });
  }
  return amounts;
}
