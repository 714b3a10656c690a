import { sql } from "kysely";
import { channelOfPlace, statusOfRank } from "../../../twilio/status.ts";
import { codesOf } from "../../core/carrier.ts";
import { CALLBACKS_ONLY } from "../../core/recording.ts";
import { sourceOfPlace, sourcePlace } from "../../event-sources.ts";
import type { Confirmation, EventRow } from "../../store.ts";
import { unpackMessageSid } from "../../core/message-sid.ts";
import { restorePost } from "../../core/post-shape.ts";
import type { Db } from "../dialect.ts";
import { statement } from "../statement.ts";
import { messageId } from "./message-id.ts";

const HOUR_MS = 3_600_000;

export async function timeline(
  db: Db,
  messageSid: string,
): Promise<EventRow[]> {
  const id = await messageId(db, messageSid);
  if (id === undefined) return [];
  const rows = await selectEvents(db)
    .where("events.message_id", "=", id)
    .execute();
  return eventRows(db, rows);
}

export async function eventsAfter(
  db: Db,
  afterId: number,
  limit: number,
): Promise<EventRow[]> {
  const rows = await selectEvents(db)
    .where("events.id", ">", afterId)
    .limit(limit)
    .execute();
  return eventRows(db, rows);
}

/** Events in recording order, for `eventRows`. */
export function selectEvents(db: Db) {
  return db
    .selectFrom("events")
    .innerJoin("messages", "messages.id", "events.message_id")
    .innerJoin("post_shapes", "post_shapes.id", "events.shape_id")
    .leftJoin("addresses as recipient", "recipient.id", "events.to_id")
    .leftJoin("addresses as sender", "sender.id", "events.from_id")
    .leftJoin("sids as account", "account.id", "events.account_id")
    .leftJoin("sids as service", "service.id", "events.service_id")
    .leftJoin("event_repeats", "event_repeats.event_id", "events.id")
    .select([
      "events.id",
      "events.message_id",
      "messages.sid",
      "events.channel",
      "events.status",
      "events.received_at",
      "events.error_code",
      "events.error_message",
      "events.num_segments",
      "events.raw_dlr_done_date",
      "events.query",
      "events.post_values",
      "events.is_supplement",
      "events.source",
      "events.occurred_at",
      "events.carrier",
      "messages.sources",
      "post_shapes.shape",
      "recipient.address as to",
      "sender.address as from",
      "account.sid as account_sid",
      "service.sid as service_sid",
      "event_repeats.repeats",
      "event_repeats.last_at as last_repeat_at",
    ])
    .orderBy("events.id");
}

export type EventRecord = Awaited<
  ReturnType<ReturnType<typeof selectEvents>["execute"]>
>[number];

/** The events of these records, with other sources' confirmations of them. */
export async function eventRows(
  db: Db,
  records: readonly EventRecord[],
): Promise<EventRow[]> {
  const confirmations = await confirmationsOf(
    db,
    records
      .filter(({ sources }) => sources !== CALLBACKS_ONLY)
      .map(({ id }) => id),
  );
  return records.map((record) =>
    eventRow(record, confirmations.get(record.id) ?? []),
  );
}

async function confirmationsOf(
  db: Db,
  eventIds: readonly number[],
): Promise<ReadonlyMap<number, Confirmation[]>> {
  if (eventIds.length === 0) return new Map();
  const { among, list } = db.dialect;
  const rows = await db
    .selectFrom("event_confirmations")
    .selectAll()
    .where(among(sql.ref("event_id"), list(eventIds)).$castTo<boolean>())
    .orderBy("source")
    .execute();
  const confirmations = new Map<number, Confirmation[]>();
  for (const row of rows)
    confirmations.set(row.event_id, [
      ...(confirmations.get(row.event_id) ?? []),
      {
        source: sourceOfPlace(row.source),
        receivedAt: row.received_at,
        occurredAt: row.occurred_at,
        numSegments: row.num_segments,
        ...codesOf(row.carrier),
      },
    ]);
  return confirmations;
}

function eventRow(
  row: EventRecord,
  confirmations: readonly Confirmation[],
): EventRow {
  const columns = {
    messageSid: unpackMessageSid(row.sid),
    to: row.to,
    from: row.from,
    errorCode: row.error_code,
    errorMessage: row.error_message,
    accountSid: row.account_sid,
    messagingServiceSid: row.service_sid,
    numSegments: row.num_segments,
    rawDlrDoneDate: row.raw_dlr_done_date,
    ...codesOf(row.carrier),
  };
  const values: string[] =
    row.post_values === null ? [] : JSON.parse(row.post_values);
  return {
    id: row.id,
    channel: channelOfPlace(row.channel),
    status: statusOfRank(row.status),
    receivedAt: row.received_at,
    source: sourceOfPlace(row.source),
    occurredAt: row.occurred_at,
    confirmations,
    query: row.query ?? "",
    isSupplement: row.is_supplement === 1,
    repeats: row.repeats ?? 0,
    lastRepeatAt: row.last_repeat_at,
    params: restorePost({ shape: row.shape, values }, columns),
    ...columns,
  };
}

/** Among how many of the last events one is looked for that Twilio posted. */
const LATEST_MAX = 200;
const API = sourcePlace("api");

/**
 * The latest event up to now that Twilio posted. Events that a clock dated later say nothing
 * about now; when the last one recorded is such, or all of the last ones were read from the
 * Messages API, the start of the latest hour before it with a message.
 */
const selectLatest = statement<
  { now: number; hour: number },
  { readonly at: number | null }
>(
  (at) => sql`SELECT max(at) AS at FROM (
    SELECT at FROM (
      SELECT received_at AS at FROM (
        SELECT id, received_at, source FROM events ORDER BY id DESC LIMIT ${sql.lit(LATEST_MAX)}
      ) AS latest WHERE source <> ${sql.lit(API)} ORDER BY id DESC LIMIT 1
    ) AS event WHERE at <= ${at("now")}
    UNION ALL
    SELECT at FROM (
      SELECT hour * ${sql.lit(HOUR_MS)} AS at FROM message_hours
        WHERE hour <= ${at("hour")} ORDER BY hour DESC LIMIT 1
    ) AS hour
  ) AS latest`,
);

export async function lastEventAt(
  db: Db,
  now: number,
): Promise<number | undefined> {
  const hour = Math.floor(now / HOUR_MS);
  const [row] = await selectLatest(db, { now, hour });
  return row?.at ?? undefined;
}
