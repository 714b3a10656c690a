import { sql } from "kysely";
import { channelOfPlace, statusOfRank } from "../../../twilio/status.ts";
import { codesOf } from "../../core/carrier.ts";
import { sourcesIn } from "../../event-sources.ts";
import type { FeedPosition } from "../../feed-position.ts";
import type { MessageRow } from "../../store.ts";
import { eventIdAt } from "./feed.ts";
import { unpackMessageSid } from "../../core/message-sid.ts";
import type { Db } from "../dialect.ts";
import { statement } from "../statement.ts";
import { messageId } from "./message-id.ts";

export async function messageBySid(
  db: Db,
  messageSid: string,
): Promise<MessageRow | undefined> {
  const id = await messageId(db, messageSid);
  return id === undefined ? undefined : (await messagesOf(db, [id]))[0];
}

const selectFirst = statement<{}, { readonly at: number }>(
  () => sql`SELECT first_event_at AS at FROM messages ORDER BY id LIMIT 1`,
);

export async function firstMessageAt(db: Db): Promise<number | undefined> {
  const [first] = await selectFirst(db, {});
  return first?.at;
}

const selectChanged = statement<
  { ids: readonly number[]; afterId: number },
  { readonly id: number }
>(
  (at, { among }) => sql`SELECT DISTINCT message_id AS id FROM events
    WHERE ${among(sql.ref("message_id"), at("ids"))} AND id > ${at("afterId")}`,
);

export async function changedMessages(
  db: Db,
  ids: readonly number[],
  since: FeedPosition,
): Promise<MessageRow[]> {
  const afterId = await eventIdAt(db, since);
  const changed = await selectChanged(db, { ids, afterId });
  return messagesOf(
    db,
    changed.map((event) => event.id),
  );
}

export async function addressById(
  db: Db,
  id: number,
): Promise<string | undefined> {
  const found = await db
    .selectFrom("addresses")
    .select("address")
    .where("id", "=", id)
    .executeTakeFirst();
  return found?.address;
}

/** A message with its SID, channel and status as they are stored. */
type Stored = Omit<
  MessageRow,
  "messageSid" | "channel" | "status" | "tags" | "sources" | "mcc" | "mnc"
> & {
  readonly sid: Uint8Array;
  readonly place: number;
  readonly rank: number;
  readonly bits: number;
  readonly carrier: string | null;
};

type Ids = { ids: readonly number[] };

const selectMessages = statement<Ids, Stored>(
  (at, { among }) => sql`
    SELECT messages.id, messages.sid, channel AS place, status AS rank,
      recipient.address AS "to", sender.address AS "from", to_id AS "recipientId",
      from_id AS "senderId", messages.country, error_code AS "errorCode",
      account.sid AS "accountSid", service.sid AS "messagingServiceSid",
      num_segments AS "numSegments", first_event_at AS "firstEventAt",
      last_event_at AS "lastEventAt", sources AS bits, carrier
    FROM messages
      LEFT JOIN addresses AS recipient ON recipient.id = to_id
      LEFT JOIN addresses AS sender ON sender.id = from_id
      LEFT JOIN sids AS account ON account.id = account_id
      LEFT JOIN sids AS service ON service.id = service_id
    WHERE ${among(sql.ref("messages.id"), at("ids"))} ORDER BY messages.id`,
);

const selectTags = statement<
  Ids,
  { readonly id: number; readonly name: string; readonly value: string }
>(
  (at, { among }) => sql`
    SELECT message_id AS id, name, value FROM message_tags JOIN tags ON tags.id = tag_id
    WHERE ${among(sql.ref("message_id"), at("ids"))} ORDER BY name, value`,
);

/** The messages with these ids, by id. */
export async function messagesOf(
  db: Db,
  ids: readonly number[],
): Promise<MessageRow[]> {
  if (ids.length === 0) return [];
  const rows = await selectMessages(db, { ids });
  const tags = Map.groupBy(await selectTags(db, { ids }), ({ id }) => id);
  return rows.map(({ sid, place, rank, bits, carrier, ...row }) => ({
    ...row,
    ...codesOf(carrier),
    sources: sourcesIn(bits),
    messageSid: unpackMessageSid(sid),
    channel: channelOfPlace(place),
    status: statusOfRank(rank),
    tags: (tags.get(row.id) ?? []).map(({ name, value }) => [name, value]),
  }));
}
