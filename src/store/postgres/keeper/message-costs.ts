import { costChange, REMOVE_EMPTY_COSTS } from "../../core/cost-table.ts";
import type { Connection } from "../connection/pool.ts";

type Query = Connection["query"];

const IS_TAKEN = "message_prices.message_id = ANY ($1::text::bigint[])";
const FIND =
  "SELECT message_id AS id FROM message_prices WHERE message_id = ANY ($1::text::bigint[])";

/**
 * Does work that changes what messages' costs are counted by, and keeps their sums up to date. Few
 * messages have a price when an event arrives, so that's looked up first. In a transaction that
 * holds the keeper's row, as whoever writes prices does.
 */
export async function changingCosts(
  query: Query,
  messageIds: Iterable<number>,
  work: () => Promise<void>,
): Promise<void> {
  const priced = await pricedAmong(query, messageIds);
  if (priced === undefined) return work();
  await query(costChange("-", IS_TAKEN), [priced]);
  await work();
  await query(costChange("+", IS_TAKEN), [priced]);
  await query(REMOVE_EMPTY_COSTS);
}

/** Deletes the prices of messages, while the messages are still there; by default in their tables. */
export async function removeCosts(
  query: Query,
  messageIds: Iterable<number>,
  tables?: { readonly messages: string; readonly tags: string },
): Promise<void> {
  const priced = await pricedAmong(query, messageIds);
  if (priced === undefined) return;
  await query(costChange("-", IS_TAKEN, tables), [priced]);
  await query(
    "DELETE FROM message_prices WHERE message_id = ANY ($1::text::bigint[])",
    [priced],
  );
  await query(REMOVE_EMPTY_COSTS);
}

/** Those with a price as an array literal; undefined for none. */
async function pricedAmong(
  query: Query,
  messageIds: Iterable<number>,
): Promise<string | undefined> {
  const ids = [...messageIds].join();
  if (ids === "") return undefined;
  const found = await query<{ id: number }>(FIND, [`{${ids}}`]);
  return found.length === 0
    ? undefined
    : `{${found.map(({ id }) => id).join()}}`;
}
