import type { Kysely } from "kysely";
import type { TallyRow, TopSenders, TopSendersRequest } from "../../tally.ts";
import { query } from "../../sqlite/connection/read-connection.ts";
import { piecesOf, type Piece } from "./rollup-pieces.ts";
import { extentOf, inPieces, type Rows } from "./rollup-reader.ts";
import { ANY_CODE, DIMENSIONS } from "../../core/rollup-table.ts";
import type { Schema } from "../schema.ts";
import { rowsOfKeys } from "./tallies.ts";

/** Rows that are read to find them. Two thousand senders have half as many in 90 days. */
const ROWS_MAX = 200_000;
/** Senders whose counts are added up. */
const SENDERS_MAX = 60;

const AMOUNTS = {
  lost: "failed + undelivered",
  messages: "sent + failed + undelivered + delivered + read",
} as const;

/**
 * The senders with most of something in a range, with all their counts. Every row is read
 * where it is, and only those that have some of it leave the database; so it costs a
 * fraction of a tally by sender. Beyond `ROWS_MAX` nothing is claimed.
 */
export async function topSenders(
  db: Kysely<Schema>,
  { range, of, errorCode = ANY_CODE }: TopSendersRequest,
): Promise<TopSenders> {
  const wanted = { dimension: DIMENSIONS.sender, errorCode };
  return db.transaction().execute(async (transaction) => {
    const extent = await extentOf(transaction);
    const pieces = extent ? piecesOf(range, undefined, extent) : [];
    const amounts = await amountsOf(transaction, pieces, wanted, of);
    if (amounts === undefined) return { rows: [], coverage: "none" };
    const keys = [...amounts]
      .toSorted(([a, ofA], [b, ofB]) => ofB - ofA || a - b)
      .slice(0, SENDERS_MAX)
      .map(([key]) => key);
    const rows: TallyRow[] =
      keys.length === 0
        ? []
        : await rowsOfKeys(transaction, range, pieces, { ...wanted, keys });
    return { rows, coverage: amounts.size > SENDERS_MAX ? "most" : "all" };
  });
}

/** How much each sender has that has any; undefined where there is too much to read. */
async function amountsOf(
  db: Kysely<Schema>,
  pieces: readonly Piece[],
  { dimension, errorCode }: Rows,
  of: TopSendersRequest["of"],
): Promise<ReadonlyMap<number, number> | undefined> {
  const amounts = new Map<number, number>();
  let left = ROWS_MAX;
  for (const { grain, from, to } of pieces) {
    const [found] = await query<{ rows: number; some: string }>(
      db,
      `SELECT count(*) AS rows,
         json_group_array(json_array(key, amount)) FILTER (WHERE amount > 0) AS some
         FROM (SELECT key, ${AMOUNTS[of]} AS amount FROM ${inPieces} LIMIT ?6)`,
      [from, to, grain, dimension, errorCode, left + 1],
    );
    if (found === undefined) continue;
    left -= found.rows;
    if (left < 0) return undefined;
    const some: [number, number][] = JSON.parse(found.some);
    for (const [key, amount] of some)
      amounts.set(key, (amounts.get(key) ?? 0) + amount);
  }
  return amounts;
}
