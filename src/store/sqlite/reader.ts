import type { Kysely } from "kysely";
import type { FormParams } from "../../twilio/form.ts";
import { statusOfRank } from "../../twilio/status.ts";
import type { MessageRow } from "../store.ts";
import { packMessageSid, unpackMessageSid } from "./message-sid.ts";
import type { Schema } from "./schema.ts";
import { CHANNELS } from "./stored-event.ts";

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
  const found = await db
    .selectFrom("messages")
    .select("id")
    .where("id", ">", afterId)
    .orderBy("id")
    .limit(limit)
    .execute();
  return messagesOf(
    db,
    found.map((row) => row.id),
  );
}

export async function changedMessages(
  db: Kysely<Schema>,
  ids: readonly number[],
  eventId: number,
): Promise<MessageRow[]> {
  const changed = await db
    .selectFrom("events")
    .select("message_id")
    .distinct()
    .where("message_id", "in", [...ids])
    .where("id", ">", eventId)
    .execute();
  return messagesOf(
    db,
    changed.map((event) => event.message_id),
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

/** The messages with these ids, by id. */
export async function messagesOf(
  db: Kysely<Schema>,
  ids: readonly number[],
): Promise<MessageRow[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom("messages")
    .leftJoin("addresses as recipient", "recipient.id", "messages.to_id")
    .leftJoin("addresses as sender", "sender.id", "messages.from_id")
    .leftJoin("sids as account", "account.id", "messages.account_id")
    .leftJoin("sids as service", "service.id", "messages.service_id")
    .select([
      "messages.id",
      "messages.sid",
      "messages.channel",
      "messages.status",
      "messages.error_code",
      "messages.num_segments",
      "messages.first_event_at",
      "messages.last_event_at",
      "messages.to_id",
      "messages.from_id",
      "messages.country",
      "recipient.address as to",
      "sender.address as from",
      "account.sid as account_sid",
      "service.sid as service_sid",
    ])
    .where("messages.id", "in", [...ids])
    .orderBy("messages.id")
    .execute();
  const tags = await tagsOf(db, ids);
  return rows.map((row) => ({
    id: row.id,
    messageSid: unpackMessageSid(row.sid),
    channel: CHANNELS[row.channel] ?? "sms",
    status: statusOfRank(row.status),
    to: row.to,
    from: row.from,
    recipientId: row.to_id,
    senderId: row.from_id,
    country: row.country,
    errorCode: row.error_code,
    accountSid: row.account_sid,
    messagingServiceSid: row.service_sid,
    numSegments: row.num_segments,
    firstEventAt: row.first_event_at,
    lastEventAt: row.last_event_at,
    tags: tags.get(row.id) ?? [],
  }));
}

async function tagsOf(
  db: Kysely<Schema>,
  ids: readonly number[],
): Promise<Map<number, FormParams>> {
  const rows = await db
    .selectFrom("message_tags")
    .innerJoin("tags", "tags.id", "message_tags.tag_id")
    .select(["message_tags.message_id", "tags.name", "tags.value"])
    .where("message_tags.message_id", "in", [...ids])
    .orderBy("tags.name")
    .orderBy("tags.value")
    .execute();
  return new Map(
    [...Map.groupBy(rows, (row) => row.message_id)].map(([id, own]) => [
      id,
      own.map((tag) => [tag.name, tag.value]),
    ]),
  );
}
