import { sql } from "kysely";
import { FAILED_STATUSES, statusRank } from "../../../twilio/status.ts";
import {
  standingOf,
  SUPPRESSION_WINDOW,
  type Judgment,
  type Outcome,
} from "../../core/suppression-rule.ts";
import type { SuppressionCodes } from "../../suppressions.ts";
import type { Db } from "../dialect.ts";
import { statement } from "../statement.ts";
import { placeOfReason } from "./suppressions.ts";

/** An entry that has to change: `next` is what it becomes, or why it goes. */
export type EntryChange = {
  readonly recipientId: number;
  readonly channel: number;
  /** What the change was decided by; it's dropped if this is another one meanwhile. */
  readonly clearedUpTo: number;
  readonly next:
    | {
        readonly reason: number;
        readonly errorCode: number | null;
        readonly since: number;
        readonly messageId: number;
      }
    | "delivered"
    | "expired";
};

type Sent = Outcome & { readonly channel: number };

const selectLatest = statement<{ recipientId: number; limit: number }, Sent>(
  (at) => sql`SELECT id, status, error_code AS "errorCode", channel
    FROM messages WHERE to_id = ${at("recipientId")}
    ORDER BY id DESC LIMIT ${at("limit")}`,
);

const selectFailedAt = statement<{ messageId: number }, { at: number | null }>(
  (at) => sql`SELECT min(received_at) AS at FROM events
    WHERE message_id = ${at("messageId")}
      AND status IN (${sql.raw(FAILED_STATUSES.map(statusRank).join(", "))})`,
);

type Known = Awaited<ReturnType<typeof entriesOf>>[number];

/** How a recipient's entries have to change, now that there are these messages. */
export async function checkSuppressions(
  db: Db,
  recipientId: number,
  codes: SuppressionCodes,
): Promise<EntryChange[]> {
  const latest = await selectLatest(db, {
    recipientId,
    limit: SUPPRESSION_WINDOW,
  });
  const known = await entriesOf(db, recipientId);
  const clearings = await clearingsOf(db, recipientId);
  const channels = new Set([...latest, ...known].map(({ channel }) => channel));
  const changes: EntryChange[] = [];
  for (const channel of channels) {
    const entry = known.find((each) => each.channel === channel);
    const clearedUpTo =
      clearings.find((each) => each.channel === channel)?.up_to_message_id ?? 0;
    const messages = latest.filter((each) => each.channel === channel);
    const isCut = latest.length === SUPPRESSION_WINDOW;
    const judgment = standingOf(messages, isCut, clearedUpTo, codes);
    const next = await nextOf(db, recipientId, entry, judgment);
    if (next !== undefined)
      changes.push({ recipientId, channel, clearedUpTo, next });
  }
  return changes;
}

/** What an entry becomes; undefined if it stays as it is, or there's none. */
async function nextOf(
  db: Db,
  recipientId: number,
  entry: Known | undefined,
  { standing, isOpen, isDelivered }: Judgment,
): Promise<EntryChange["next"] | undefined> {
  const stays =
    isOpen && entry !== undefined && (await hasReason(db, recipientId, entry));
  if (standing === undefined) {
    if (entry === undefined) return undefined;
    if (stays) return entry.is_stale === 1 ? sameAs(entry) : undefined;
    return isDelivered ? "delivered" : "expired";
  }
  const { reason, errorCode, messageId, firstFailureId } = standing;
  // The code that put it on the list may be on a message that wasn't read.
  if (
    stays &&
    reason === "keeps-failing" &&
    entry.reason !== placeOfReason(reason)
  )
    return entry.is_stale === 1 ? sameAs(entry) : undefined;
  const [failed] = await selectFailedAt(db, { messageId: firstFailureId });
  const since = stays ? entry.since : (failed?.at ?? 0);
  const next = { reason: placeOfReason(reason), errorCode, since, messageId };
  const isSame =
    entry !== undefined &&
    entry.is_stale === 0 &&
    entry.reason === next.reason &&
    entry.error_code === errorCode &&
    entry.since === since &&
    entry.message_id === messageId;
  return isSame ? undefined : next;
}

function sameAs(entry: Known): EntryChange["next"] {
  const { reason, error_code: errorCode, since, message_id } = entry;
  return { reason, errorCode, since, messageId: message_id };
}

/** Whether the message that is an entry's reason is still stored, after retention deleted others. */
async function hasReason(
  db: Db,
  recipientId: number,
  { is_stale, message_id }: Known,
): Promise<boolean> {
  if (is_stale === 0) return true;
  const message = await db
    .selectFrom("messages")
    .select("id")
    .where("id", "=", message_id)
    .where("to_id", "=", recipientId)
    .executeTakeFirst();
  return message !== undefined;
}

function entriesOf(db: Db, recipientId: number) {
  return db
    .selectFrom("suppressions")
    .select([
      "channel",
      "reason",
      "error_code",
      "since",
      "message_id",
      "is_stale",
    ])
    .where("recipient_id", "=", recipientId)
    .execute();
}

function clearingsOf(db: Db, recipientId: number) {
  return db
    .selectFrom("suppression_clearings")
    .select(["channel", "up_to_message_id"])
    .where("recipient_id", "=", recipientId)
    .execute();
}
