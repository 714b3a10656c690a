import type { RecordedConfirmation } from "../../core/confirmation.ts";
import type { RecordedPost } from "../../core/event-posts.ts";
import { packMessageSid, unpackMessageSid } from "../../core/message-sid.ts";
import {
  CALLBACKS_ONLY,
  type RecordedFields,
  type StoredMessage,
} from "../../core/recording.ts";
import type { StoredEvent } from "../../core/stored-event.ts";
import type { Connection } from "../connection/pool.ts";
import { restoredJson } from "../connection/storable.ts";
import type { Names } from "./names.ts";

type Query = Connection["query"];

/** A message as far as recording needs it. */
export type KnownMessage = {
  row: StoredMessage;
  readonly events: RecordedFields[];
  confirmations: readonly RecordedConfirmation[];
  /** Those of statuses that a callback of the batch has too. */
  readonly posts: Map<number, RecordedPost[]>;
};

export type KnownMessages = Map<string, KnownMessage>;

/*
 * Each query returns one JSON text: that's less for the driver than rows, and its numbers are
 * numbers.
 */
const FIND_MESSAGES = `SELECT coalesce(json_agg(json_build_object(
    'sid', encode(messages.sid, 'hex'), 'row', json_build_object('id', messages.id,
      'channel', channel, 'status', status, 'to', to_id, 'from', from_id,
      'errorCode', error_code, 'accountSid', account_id, 'messagingServiceSid', service_id,
      'numSegments', num_segments, 'firstEventAt', first_event_at, 'lastEventAt', last_event_at,
      'country', messages.country, 'sources', sources, 'carrier', carrier),
    'account', account.sid)), '[]')::text AS found
  FROM json_array_elements_text($1::text::json)
    JOIN message_sids ON message_sids.sid = decode(value, 'hex')
    JOIN messages ON messages.id = message_sids.id
    LEFT JOIN sids AS account ON account.id = account_id`;

const FIND_EVENTS = `SELECT coalesce(json_agg(json_build_object('messageId', message_id,
    'fields', json_build_object('id', events.id, 'channel', channel, 'status', status,
      'receivedAt', received_at, 'to', to_id, 'from', from_id, 'errorCode', error_code,
      'accountSid', account_id, 'messagingServiceSid', service_id, 'numSegments', num_segments,
      'source', source, 'occurredAt', occurred_at, 'sentAt', sent_at, 'carrier', carrier, 'query', query),
    'to', recipient.address, 'country', recipient.country, 'from', sender.address,
    'fromCountry', sender.country, 'account', account.sid, 'service', service.sid)
    ORDER BY events.id), '[]')::text AS found
  FROM json_array_elements_text($1::text::json)
    JOIN events ON message_id = value::bigint
    LEFT JOIN addresses AS recipient ON recipient.id = to_id
    LEFT JOIN addresses AS sender ON sender.id = from_id
    LEFT JOIN sids AS account ON account.id = account_id
    LEFT JOIN sids AS service ON service.id = service_id`;

const FIND_POSTS = `SELECT coalesce(json_agg(json_build_object('messageId', message_id,
    'status', events.status, 'post', json_build_object('id', events.id, 'channel', channel,
      'to', recipient.address, 'from', sender.address, 'errorCode', error_code,
      'errorMessage', error_message, 'accountSid', account.sid,
      'messagingServiceSid', service.sid, 'numSegments', num_segments,
      'rawDlrDoneDate', raw_dlr_done_date, 'query', query, 'shape', shape,
      'postValues', post_values, 'source', source, 'occurredAt', occurred_at,
      'carrier', carrier)) ORDER BY events.id), '[]')::text AS found
  FROM json_array_elements($1::text::json) AS wanted
    JOIN events ON message_id = (wanted ->> 0)::bigint AND status = (wanted ->> 1)::smallint
    JOIN post_shapes ON post_shapes.id = shape_id
    LEFT JOIN addresses AS recipient ON recipient.id = to_id
    LEFT JOIN addresses AS sender ON sender.id = from_id
    LEFT JOIN sids AS account ON account.id = account_id
    LEFT JOIN sids AS service ON service.id = service_id`;

const FIND_CONFIRMATIONS = `SELECT coalesce(json_agg(json_build_object('messageId', message_id,
    'confirmation', json_build_object('eventId', event_id, 'status', status,
      'source', event_confirmations.source, 'receivedAt', event_confirmations.received_at,
      'occurredAt', event_confirmations.occurred_at,
      'numSegments', event_confirmations.num_segments,
      'carrier', event_confirmations.carrier))), '[]')::text AS found
  FROM json_array_elements_text($1::text::json)
    JOIN events ON message_id = value::bigint
    JOIN event_confirmations ON event_id = events.id`;

/** Reads the messages of callbacks, with what is recorded of them, and their names. */
export async function readKnownMessages(
  query: Query,
  callbacks: readonly StoredEvent[],
  names: Names,
): Promise<KnownMessages> {
  const statuses = Map.groupBy(callbacks, ({ messageSid }) => messageSid);
  const byId = new Map<number, KnownMessage>();
  const known: KnownMessages = new Map();
  const sids = [...statuses.keys()].map((sid) =>
    Buffer.from(packMessageSid(sid)).toString("hex"),
  );
  for (const { sid, row, account } of await find<FoundMessage>(
    query,
    FIND_MESSAGES,
    sids,
  )) {
    const message = {
      row,
      events: [],
      confirmations: [],
      posts: new Map(),
    };
    known.set(unpackMessageSid(Buffer.from(sid, "hex")), message);
    byId.set(row.id, message);
    if (row.accountSid !== null && account !== null)
      names.putSid(row.accountSid, account);
  }
  if (known.size === 0) return known;
  for (const each of await find<FoundEvent>(query, FIND_EVENTS, [
    ...byId.keys(),
  ])) {
    byId.get(each.messageId)?.events.push(each.fields);
    putNames(names, each);
  }
  await readConfirmations(query, byId);
  const repeated = [...known].flatMap(([sid, { row, events }]) => {
    const again = new Set(statuses.get(sid)?.map(({ status }) => status));
    return [...new Set(events.map(({ status }) => status))]
      .filter((status) => again.has(status))
      .map((status) => [row.id, status] as const);
  });
  if (repeated.length === 0) return known;
  for (const { messageId, status, post } of await find<FoundPost>(
    query,
    FIND_POSTS,
    repeated,
  )) {
    const posts = byId.get(messageId)?.posts;
    posts?.set(status, [...(posts.get(status) ?? []), post]);
  }
  return known;
}

async function readConfirmations(
  query: Query,
  byId: ReadonlyMap<number, KnownMessage>,
): Promise<void> {
  const reported = [...byId.values()]
    .map(({ row }) => row)
    .filter(({ sources }) => sources !== CALLBACKS_ONLY);
  if (reported.length === 0) return;
  const found = await find<FoundConfirmation>(
    query,
    FIND_CONFIRMATIONS,
    reported.map(({ id }) => id),
  );
  for (const { messageId, confirmation } of found) {
    const message = byId.get(messageId);
    if (message)
      message.confirmations = [...message.confirmations, confirmation];
  }
}

type FoundConfirmation = {
  readonly messageId: number;
  readonly confirmation: RecordedConfirmation;
};

type FoundMessage = {
  readonly sid: string;
  readonly row: StoredMessage;
  readonly account: string | null;
};

type FoundEvent = {
  readonly messageId: number;
  readonly fields: RecordedFields;
  readonly to: string | null;
  readonly country: string | null;
  readonly from: string | null;
  readonly fromCountry: string | null;
  readonly account: string | null;
  readonly service: string | null;
};

type FoundPost = {
  readonly messageId: number;
  readonly status: number;
  readonly post: RecordedPost;
};

async function find<Found>(
  query: Query,
  text: string,
  wanted: readonly unknown[],
): Promise<readonly Found[]> {
  const [row] = await query<{ found: string }>(text, [JSON.stringify(wanted)]);
  return restoredJson(row?.found ?? "[]");
}

/** What texts are compared by where callbacks disagree. */
function putNames(
  names: Names,
  { fields, to, country, from, fromCountry, account, service }: FoundEvent,
): void {
  if (fields.to !== null && to !== null)
    names.putAddress(fields.to, to, country);
  if (fields.from !== null && from !== null)
    names.putAddress(fields.from, from, fromCountry);
  if (fields.accountSid !== null && account !== null)
    names.putSid(fields.accountSid, account);
  if (fields.messagingServiceSid !== null && service !== null)
    names.putSid(fields.messagingServiceSid, service);
}
