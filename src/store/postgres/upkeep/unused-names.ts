import { RECEIPTS_LOCK } from "../connection/locks.ts";
import type { Connection } from "../connection/pool.ts";

type Query = Connection["query"];

/**
 * Whether no row has an id. Ordered, so that a plan takes the first one from the index: with outdated
 * statistics, one of NOT EXISTS collects all messages of a sender instead.
 */
const isUnused = (table: string, column: string, id: string, order: string) =>
  `(SELECT ${column} FROM ${table} WHERE ${column} = ${id} ORDER BY ${table}.${order} LIMIT 1) IS NULL`;

const REMOVE_ADDRESSES = `WITH removed AS (DELETE FROM addresses WHERE id = ANY ($1::text::bigint[])
    AND ${isUnused("messages", "to_id", "addresses.id", "id")}
    AND ${isUnused("messages", "from_id", "addresses.id", "id")}
    AND ${isUnused("event_addresses", "address_id", "addresses.id", "message_id")} RETURNING id)
  SELECT coalesce(array_agg(id), '{}')::text AS ids FROM removed`;

const REMOVE_TAGS = `DELETE FROM tags WHERE id = ANY ($1::text::bigint[])
  AND ${isUnused("message_tags", "tag_id", "tags.id", "message_id")}`;

/** What is stored about a recipient beside messages; it goes with the address. */
const REMOVE_ABOUT = `WITH ids AS (SELECT unnest($1::text::bigint[]) AS gone),
  entries AS (DELETE FROM suppressions USING ids WHERE recipient_id = gone),
  clearings AS (DELETE FROM suppression_clearings USING ids WHERE recipient_id = gone)
  DELETE FROM suppression_changes USING ids WHERE recipient_id = gone`;

/** Deletes those of these addresses and tags that no message has any more. */
export async function removeUnusedNames(
  query: Query,
  {
    addresses,
    tags,
  }: {
    readonly addresses: readonly number[];
    readonly tags: readonly number[];
  },
): Promise<void> {
  const [removed] = await query<{ ids: string }>(REMOVE_ADDRESSES, [
    `{${addresses.join()}}`,
  ]);
  await query(REMOVE_ABOUT, [removed?.ids ?? "{}"]);
  await query(REMOVE_TAGS, [`{${tags.join()}}`]);
}

/** Deletes what is stored about recipients beside messages. */
export async function removeAbout(
  query: Query,
  recipients: readonly number[],
): Promise<void> {
  await query(REMOVE_ABOUT, [`{${recipients.join()}}`]);
}

const SIDS =
  "ANY (ARRAY(SELECT decode(value, 'hex') FROM json_array_elements_text($1::text::json)))";

/** Makes receivers wait for the end of this transaction, so do little more in it. */
export async function lockReceipts(query: Query): Promise<void> {
  await query(`SELECT pg_advisory_xact_lock(${RECEIPTS_LOCK})`);
}

/**
 * Forgets messages, so that a later callback of one is new. Do this last in a transaction;
 * see `lockReceipts`.
 */
export async function removeReceipts(
  query: Query,
  sids: readonly string[],
): Promise<void> {
  await lockReceipts(query);
  await query(
    `WITH ids AS (DELETE FROM message_sids WHERE sid = ${SIDS})
       DELETE FROM receipts WHERE sid = ${SIDS}`,
    [JSON.stringify(sids)],
  );
}
