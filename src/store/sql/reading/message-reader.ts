import type { Kysely } from "kysely";
import { channelOfPlace, statusOfRank } from "../../../twilio/status.ts";
import type { FeedPosition } from "../../feed-position.ts";
import type { MessageRow } from "../../store.ts";
import { eventIdAt } from "./feed.ts";
import { packMessageSid, unpackMessageSid } from "../../core/message-sid.ts";
import { query } from "../../sqlite/connection/read-connection.ts";
import type { Schema } from "../schema.ts";

export async function messageBySid(
  db: Kysely<Schema>,
  messageSid: string,
): Promise<MessageRow | undefined> {
  const found = await db
    .selectFrom("messages")
    .select("id")
    .where("sid", "=", packMessageSid(messageSid))
    .executeTakeFirst();
  return found && (await messagesOf(db, [found.id]))[0];
}

export async function messagesAfter(
  db: Kysely<Schema>,
  afterId: number,
  limit: number,
): Promise<MessageRow[]> {
  const found = await query<{ id: number }>(
    db,
    "SELECT id FROM messages WHERE id > ? ORDER BY id LIMIT ?",
    [afterId, limit],
  );
  return messagesOf(
    db,
    found.map((row) => row.id),
  );
}

export async function firstMessageAt(
  db: Kysely<Schema>,
): Promise<number | undefined> {
  const [first] = await query<{ at: number }>(
    db,
    "SELECT first_event_at AS at FROM messages ORDER BY id LIMIT 1",
  );
  return first?.at;
}

export async function changedMessages(
  db: Kysely<Schema>,
  ids: readonly number[],
  since: FeedPosition,
): Promise<MessageRow[]> {
  const changed = await query<{ id: number }>(
    db,
    `SELECT DISTINCT message_id AS id FROM events
      WHERE message_id IN (SELECT value FROM json_each(?)) AND id > ?`,
    [JSON.stringify(ids), await eventIdAt(db, since)],
  );
  return messagesOf(
    db,
    changed.map((event) => event.id),
  );
}

export async function addressById(
  db: Kysely<Schema>,
  id: number,
): Promise<string | undefined> {
  const found = await db
    .selectFrom("addresses")
    .select("address")
    .where("id", "=", id)
    .executeTakeFirst();
  return found?.address;
}

/** A message as it is read; its SID, channel and status as they are stored. */
type Stored = Omit<MessageRow, "messageSid" | "channel" | "status" | "tags"> & {
  readonly sid: Uint8Array;
  readonly place: number;
  readonly rank: number;
};

const MESSAGES_OF_IDS = `
  SELECT messages.id, messages.sid, channel AS place, status AS rank,
    recipient.address AS "to", sender.address AS "from",
    to_id AS recipientId, from_id AS senderId, messages.country, error_code AS errorCode,
    account.sid AS accountSid, service.sid AS messagingServiceSid,
    num_segments AS numSegments, first_event_at AS firstEventAt, last_event_at AS lastEventAt
  FROM messages
    LEFT JOIN addresses AS recipient ON recipient.id = to_id
    LEFT JOIN addresses AS sender ON sender.id = from_id
    LEFT JOIN sids AS account ON account.id = account_id
    LEFT JOIN sids AS service ON service.id = service_id
  WHERE messages.id IN (SELECT value FROM json_each(?)) ORDER BY messages.id`;

const TAGS_OF_IDS = `
  SELECT message_id AS id, name, value FROM message_tags JOIN tags ON tags.id = tag_id
  WHERE message_id IN (SELECT value FROM json_each(?)) ORDER BY name, value`;

/** The messages with these ids, by id. */
export async function messagesOf(
  db: Kysely<Schema>,
  ids: readonly number[],
): Promise<MessageRow[]> {
  if (ids.length === 0) return [];
  const list = [JSON.stringify(ids)];
  const rows = await query<Stored>(db, MESSAGES_OF_IDS, list);
  const tags = Map.groupBy(
    await query<{ id: number; name: string; value: string }>(
      db,
      TAGS_OF_IDS,
      list,
    ),
    ({ id }) => id,
  );
  return rows.map(({ sid, place, rank, ...row }) => ({
    ...row,
    messageSid: unpackMessageSid(sid),
    channel: channelOfPlace(place),
    status: statusOfRank(rank),
    tags: (tags.get(row.id) ?? []).map(({ name, value }) => [name, value]),
  }));
}
