import { sql, type Kysely } from "kysely";
import type { FormParams } from "../../twilio/form.ts";
import { statusOfRank, statusRank } from "../../twilio/status.ts";
import type {
  ErrorCodeCount,
  HourRange,
  MessageFilter,
  MessagePage,
  MessageRow,
  PageRequest,
  StatusCount,
} from "../store.ts";
import { messagesFound } from "./message-search.ts";
import { packMessageSid, unpackMessageSid } from "./message-sid.ts";

import type { Schema } from "./schema.ts";
import { CHANNELS } from "./stored-event.ts";

/** Statuses of messages that did not arrive. */
const NOT_ARRIVED = [statusRank("failed"), statusRank("undelivered")];

export async function listMessages(
  db: Kysely<Schema>,
  filter: MessageFilter,
  { size, olderThan, newerThan }: PageRequest,
): Promise<MessagePage> {
  const { query: found, isPartial } = await messagesFound(db, filter);
  const newerFirst = newerThan === undefined;
  let query = found
    .orderBy("messages.id", newerFirst ? "desc" : "asc")
    .limit(size + 1);
  if (olderThan !== undefined)
    query = query.where("messages.id", "<", olderThan);
  if (newerThan !== undefined)
    query = query.where("messages.id", ">", newerThan);
  const ids = (await query.execute()).map((row) => row.id);
  const hasMore = ids.length > size;
  const messages = await messagesOf(db, ids.slice(0, size));
  messages.sort((a, b) => b.id - a.id);
  const exists = async (side: ">" | "<", id: number): Promise<boolean> =>
    (await found.where("messages.id", side, id).limit(1).execute()).length > 0;
  const first = messages[0]?.id;
  const last = messages.at(-1)?.id;
  const isOlder =
    last !== undefined && (newerFirst ? hasMore : await exists("<", last));
  const isNewer =
    first !== undefined &&
    (newerFirst
      ? olderThan !== undefined && (await exists(">", first))
      : hasMore);
  return {
    messages,
    older: isOlder ? last : undefined,
    newer: isNewer ? first : undefined,
    isPartial,
  };
}

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

/** The messages with these ids, by id. */
async function messagesOf(
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
      "recipient.address as to",
      "recipient.country",
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

export async function countByStatus(
  db: Kysely<Schema>,
  range: HourRange,
): Promise<StatusCount[]> {
  const rows = await inRange(db, range)
    .select(["status", (eb) => eb.fn.sum<number>("messages").as("messages")])
    .groupBy("status")
    .execute();
  return rows.map((row) => ({
    status: statusOfRank(row.status),
    messages: row.messages,
  }));
}

export async function countByErrorCode(
  db: Kysely<Schema>,
  range: HourRange,
): Promise<ErrorCodeCount[]> {
  const rows = await inRange(db, range)
    .where("error_code", ">", 0)
    .select([
      "error_code",
      (eb) => eb.fn.sum<number>("messages").as("messages"),
      (eb) =>
        sql<number>`sum(iif(${eb("status", "in", NOT_ARRIVED)}, messages, 0))`.as(
          "failed",
        ),
    ])
    .groupBy("error_code")
    .orderBy("messages", "desc")
    .orderBy("error_code")
    .execute();
  return rows.map((row) => ({
    errorCode: row.error_code,
    messages: row.messages,
    failed: row.failed,
  }));
}

function inRange(db: Kysely<Schema>, { fromHour, toHour }: HourRange) {
  return db
    .selectFrom("rollups")
    .where("hour", ">=", fromHour)
    .where("hour", "<=", toHour);
}
