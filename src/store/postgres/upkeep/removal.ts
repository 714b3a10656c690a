import { createRecipientsToCheck } from "../../core/failing-recipients.ts";
import { deliveryMs } from "../../core/fold.ts";
import { CALLBACKS_ONLY, type Message } from "../../core/recording.ts";
import {
  addMessage,
  countedOf,
  type Buckets,
} from "../../core/rollup-changes.ts";
import type { Connection } from "../connection/pool.ts";
import {
  writeCounts,
  writeFailingRecipients,
} from "../keeper/batch-writing.ts";
import { removeCosts } from "../keeper/message-costs.ts";
import { readRollupState } from "../keeper/rollup-upkeep.ts";
import { removeReceipts, removeUnusedNames } from "./unused-names.ts";

type Query = Connection["query"];

type Removed = {
  readonly sid: string;
  readonly message: Omit<Message, "deliveryMs">;
  readonly events: readonly {
    readonly id: number;
    readonly status: number;
    readonly receivedAt: number;
    readonly to: number | null;
    readonly from: number | null;
    readonly source: number;
    readonly occurredAt: number | null;
  }[];
  readonly confirmations: Parameters<typeof deliveryMs>[1];
};

// As JSON, in which numbers are numbers.
const FIND = `SELECT coalesce(json_agg(json_build_object('sid', encode(messages.sid, 'hex'),
    'message', json_build_object('channel', channel, 'status', status, 'to', to_id,
      'from', from_id, 'errorCode', error_code, 'accountSid', account_id,
      'messagingServiceSid', service_id, 'numSegments', num_segments,
      'firstEventAt', first_event_at, 'lastEventAt', last_event_at, 'country', country,
      'sources', sources, 'carrier', carrier),
    'events', (SELECT coalesce(json_agg(json_build_object('id', events.id,
        'status', events.status, 'receivedAt', received_at, 'to', events.to_id,
        'from', events.from_id, 'source', events.source, 'occurredAt', occurred_at)), '[]')
      FROM events WHERE message_id = messages.id),
    'confirmations', CASE WHEN sources = ${CALLBACKS_ONLY} THEN '[]'::json ELSE
      (SELECT coalesce(json_agg(json_build_object('status', events.status,
          'source', event_confirmations.source, 'occurredAt', event_confirmations.occurred_at)), '[]')
        FROM events JOIN event_confirmations ON event_id = events.id
        WHERE message_id = messages.id) END)), '[]')::text AS found
  FROM messages WHERE id = ANY ($1::text::bigint[])`;

/** Tables of what is stored beside events about them. */
const BESIDE_EVENTS = ["event_repeats", "event_confirmations"];

/** Deletes what is stored beside the events in a parameter, a list of ids; for the start of a query. */
export const deleteOfEvents = (parameter: number): string =>
  BESIDE_EVENTS.map(
    (table) =>
      `${table} AS (DELETE FROM ${table} WHERE event_id = ANY ($${parameter}::text::bigint[]))`,
  ).join(", ");

const REMOVE = `WITH
  ${deleteOfEvents(2)},
  events AS (DELETE FROM events WHERE message_id = ANY ($1::text::bigint[])),
  others AS (DELETE FROM event_addresses WHERE address_id = ANY ($3::text::bigint[])
    AND message_id = ANY ($1::text::bigint[])),
  api AS (DELETE FROM api_messages WHERE message_id = ANY ($1::text::bigint[])),
  messages AS (DELETE FROM messages WHERE id = ANY ($1::text::bigint[])),
  stale AS (UPDATE suppressions SET is_stale = 1 WHERE recipient_id = ANY ($4::text::bigint[])),
  tags AS (DELETE FROM message_tags WHERE message_id = ANY ($1::text::bigint[]) RETURNING tag_id)
  SELECT DISTINCT tag_id AS "tagId" FROM tags`;

/**
 * Deletes messages with all that belongs to them, as if they had never been recorded: events,
 * repeats, tags, receipts, their part of every count, and addresses and tags that nothing else
 * has. In a transaction of `changing`; returns how many events there were.
 */
export async function removeMessages(
  query: Query,
  ids: readonly number[],
): Promise<number> {
  const [row] = await query<{ found: string }>(FIND, [listOf(ids)]);
  const removed: readonly Removed[] = JSON.parse(row?.found ?? "[]");
  const minutes: Buckets = new Map();
  const recipients = createRecipientsToCheck();
  const addresses = new Set<number>();
  for (const { message, events, confirmations } of removed) {
    const counted = countedOf({
      ...message,
      deliveryMs: deliveryMs(events, confirmations),
    });
    addMessage(minutes, counted, -1);
    recipients.noteRemoved(message);
    for (const id of events.flatMap(({ to, from }) => [to, from]))
      if (id !== null) addresses.add(id);
  }
  const events = removed.flatMap((each) => each.events.map(({ id }) => id));
  await removeCosts(query, ids);
  const tags = await query<{ tagId: number }>(REMOVE, [
    listOf(ids),
    listOf(events),
    listOf(addresses),
    listOf(removed.flatMap(({ message }) => message.to ?? [])),
  ]);
  const { borders } = await readRollupState(query);
  await writeCounts(query, { minutes }, borders);
  await writeFailingRecipients(query, { recipients });
  await removeUnusedNames(query, {
    addresses: [...addresses],
    tags: tags.map(({ tagId }) => tagId),
  });
  await removeReceipts(
    query,
    removed.map(({ sid }) => sid),
  );
  return events.length;
}

/** Numbers as an array literal, which binds a list of any length to one parameter. */
export function listOf(ids: Iterable<number>): string {
  return `{${[...ids].join()}}`;
}
