import { sql } from "kysely";
import { FAILED_STATUSES, statusRank } from "../../../twilio/status.ts";
import { isFailed } from "../../core/suppression-rule.ts";
import type { Db } from "../dialect.ts";
import { statement } from "../statement.ts";
import { suppressionReader } from "./suppressions.ts";

/** The most events that one step reads, and about how many recipients it checks. */
const EVENTS_MAX = 200;
const RECIPIENTS_MAX = 50;

/** How far the list has read, which is written with what a step changes. */
export type Reach = {
  readonly eventId: number;
  /** Null once all recipients of older messages have been checked. */
  readonly walkedTo: number | null;
};

/** What one step has to check. */
export type SuppressionStep = {
  readonly recipientIds: readonly number[];
  readonly from: Reach;
  readonly to: Reach;
  readonly isMore: boolean;
};

/**
 * The next events, with the recipients that their messages have, and those that any event of
 * them names: a later event can say that a message went to another number.
 */
const selectTouched = statement<
  { afterId: number; limit: number },
  {
    eventId: number;
    status: number;
    recipientId: number | null;
    namedId: number | null;
  }
>(
  (at) => sql`SELECT latest.id AS "eventId", messages.status,
      messages.to_id AS "recipientId", events.to_id AS "namedId"
    FROM (SELECT id, message_id FROM events WHERE id > ${at("afterId")}
      ORDER BY id LIMIT ${at("limit")}) AS latest
    JOIN messages ON messages.id = latest.message_id
    JOIN events ON events.message_id = latest.message_id
    ORDER BY latest.id`,
);

/** Recipients of failed messages, in the order of their ids. */
const selectFailing = statement<
  { afterId: number; limit: number },
  { recipientId: number }
>(
  (at, { readBy }) => sql`SELECT DISTINCT to_id AS "recipientId"
    FROM ${readBy("messages", "failed", "messages_failed")}
    WHERE status IN (${sql.raw(FAILED_STATUSES.map(statusRank).join(", "))})
      AND to_id > ${at("afterId")}
    ORDER BY to_id LIMIT ${at("limit")}`,
);

/** Reads what the next step checks: new events, else what retention left, else older messages. */
export async function nextSuppressionStep(db: Db): Promise<SuppressionStep> {
  const reader = await suppressionReader(db);
  const from = { eventId: reader.event_id, walkedTo: reader.walked_to };
  const touched = await touchedAfter(db, from.eventId);
  const { lastId, recipientIds } = touched;
  if (lastId !== undefined) {
    const isMore = touched.isMore || from.walkedTo !== null;
    return { recipientIds, from, to: { ...from, eventId: lastId }, isMore };
  }
  const stale = await db
    .selectFrom("suppressions")
    .select("recipient_id as recipientId")
    .distinct()
    .where("is_stale", "=", 1)
    .limit(RECIPIENTS_MAX)
    .execute();
  if (stale.length > 0)
    return { recipientIds: idsOf(stale), from, to: from, isMore: true };
  if (from.walkedTo === null)
    return { recipientIds: [], from, to: from, isMore: false };
  const walked = idsOf(
    await selectFailing(db, {
      afterId: from.walkedTo,
      limit: RECIPIENTS_MAX,
    }),
  );
  const to = { ...from, walkedTo: walked.at(-1) ?? null };
  return { recipientIds: walked, from, to, isMore: true };
}

/** The recipients that the next events are about, and the last of these events. */
async function touchedAfter(db: Db, afterId: number) {
  const rows = await selectTouched(db, { afterId, limit: EVENTS_MAX });
  const listed = await listedAmong(db, rows.flatMap(recipientsIn));
  const recipientIds = new Set<number>();
  let lastId: number | undefined;
  const byEvent = Map.groupBy(rows, ({ eventId }) => eventId);
  for (const [eventId, own] of byEvent) {
    // The recipients of an event are all checked in the same step.
    if (recipientIds.size >= RECIPIENTS_MAX)
      return { recipientIds: [...recipientIds], lastId, isMore: true };
    lastId = eventId;
    for (const row of own)
      for (const id of recipientsIn(row))
        if (isFailed(row.status) || listed.has(id)) recipientIds.add(id);
  }
  const isMore = byEvent.size === EVENTS_MAX;
  return { recipientIds: [...recipientIds], lastId, isMore };
}

function recipientsIn(row: {
  readonly recipientId: number | null;
  readonly namedId: number | null;
}): number[] {
  return [row.recipientId, row.namedId].filter((id) => id !== null);
}

async function listedAmong(
  db: Db,
  ids: readonly number[],
): Promise<ReadonlySet<number>> {
  if (ids.length === 0) return new Set();
  const { among, list } = db.dialect;
  const rows = await db
    .selectFrom("suppressions")
    .select("recipient_id as recipientId")
    .where(
      sql<boolean>`${among(sql.ref("recipient_id"), list([...new Set(ids)]))}`,
    )
    .execute();
  return new Set(idsOf(rows));
}

function idsOf(rows: readonly { readonly recipientId: number }[]): number[] {
  return rows.map(({ recipientId }) => recipientId);
}
