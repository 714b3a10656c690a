import { FREE_OF_HOUR } from "../../core/message-places.ts";
import type { Connection } from "../connection/pool.ts";

type Query = Connection["query"];

const DAYS = 30;
const DAY_MINUTES = 24 * 60;
/** Minimum ids of a partition: what these days use without messages. */
const SIZE_MIN = DAYS * 24 * FREE_OF_HOUR;

/** The newest partition: ids from `from` up to, not including, `until`. */
export type Partition = { readonly from: number; readonly until: number };

export async function readNewestPartition(query: Query): Promise<Partition> {
  const [newest] = await query<Partition>(
    `SELECT from_id AS "from", until_id AS "until" FROM message_partitions
       ORDER BY number DESC LIMIT 1`,
  );
  return newest ?? { from: 0, until: 0 };
}

/**
 * Whether it's time for the next partition: the newest has begun to fill.
 *
 * A partition has the messages of about a month. Its borders are ids, as pages ask for ids,
 * and they have to be known before the month is over: so it has as many as the last 30 days
 * used, and the one after it adjusts to how fast it filled.
 */
export function isPartitionDue({ from }: Partition, lastId: number): boolean {
  return lastId >= from;
}

/** Adds the next partition, in the caller's transaction: one that has room after this id. */
export async function addPartition(
  query: Query,
  nowMinute: number,
  lastId: number,
): Promise<Partition> {
  const { until } = await readNewestPartition(query);
  const [month] = await query<{ first: number | null }>(
    "SELECT min(first_id) AS first FROM message_hours WHERE hour > $1::bigint",
    [Math.floor((nowMinute - DAYS * DAY_MINUTES) / 60)],
  );
  const used = lastId - (month?.first ?? lastId);
  const size = Math.max(SIZE_MIN, used);
  const skipped = Math.max(0, lastId + 1 - until);
  await query("SELECT add_message_partition($1::bigint)", [skipped + size]);
  return readNewestPartition(query);
}
