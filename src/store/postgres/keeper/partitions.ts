import type { Connection } from "../connection/pool.ts";

type Query = Connection["query"];

/** Minimum messages of a partition. */
export const SIZE_MIN = 100_000;
const DAYS = 30;

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
 * and they have to be known before the month is over: so it's as large as the last 30 days
 * were, and the one after it adjusts to how fast it filled.
 */
export function isPartitionDue({ from }: Partition, lastId: number): boolean {
  return lastId >= from;
}

/** Adds the next partition, in the caller's transaction. */
export async function addPartition(
  query: Query,
  nowMinute: number,
): Promise<Partition> {
  const [last] = await query<{ messages: number | null }>(
    `SELECT sum(sent + failed + undelivered + delivered + read)::bigint AS messages
       FROM message_minutes WHERE minute > $1::integer`,
    [nowMinute - DAYS * 24 * 60],
  );
  await query("SELECT add_message_partition($1::bigint)", [
    Math.max(SIZE_MIN, last?.messages ?? 0),
  ]);
  return readNewestPartition(query);
}
