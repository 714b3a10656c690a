import { channelOfPlace } from "../../../twilio/status.ts";
import { unpackMessageSid } from "../../core/message-sid.ts";
import {
  SUPPRESSION_REASONS,
  type Suppression,
  type SuppressionReason,
  type SuppressionRequest,
} from "../../suppressions.ts";
import type { Db } from "../dialect.ts";

export async function suppressions(
  db: Db,
  { reason, size, olderThan }: SuppressionRequest,
): Promise<Suppression[]> {
  let query = selectEntries(db).orderBy("change_id", "desc").limit(size);
  if (reason !== undefined)
    query = query.where("suppressions.reason", "=", placeOfReason(reason));
  if (olderThan !== undefined) query = query.where("change_id", "<", olderThan);
  return (await query.execute()).map(entryOf);
}

export async function suppressionsOf(
  db: Db,
  recipientId: number,
): Promise<Suppression[]> {
  const rows = await selectEntries(db)
    .where("suppressions.recipient_id", "=", recipientId)
    .orderBy("suppressions.channel")
    .execute();
  return rows.map(entryOf);
}

export async function suppressionsOfAddress(
  db: Db,
  address: string,
): Promise<Suppression[]> {
  const rows = await selectEntries(db)
    .where("addresses.address", "=", address)
    .orderBy("suppressions.channel")
    .execute();
  return rows.map(entryOf);
}

/** Entries that a change of this period added, latest first. */
export async function suppressionsAddedIn(
  db: Db,
  { from, to }: { readonly from: number; readonly to: number },
  size: number,
): Promise<Suppression[]> {
  // Times rise with ids: older entries needn't be read.
  const first = await db
    .selectFrom("suppression_changes")
    .select("id")
    .where("at", ">=", from)
    .orderBy("at")
    .orderBy("id")
    .limit(1)
    .executeTakeFirst();
  if (first === undefined) return [];
  const rows = await selectEntries(db)
    .innerJoin("suppression_changes", "suppression_changes.id", "change_id")
    .where("change_id", ">=", first.id)
    .where("suppression_changes.at", ">=", from)
    .where("suppression_changes.at", "<", to)
    .orderBy("change_id", "desc")
    .limit(size)
    .execute();
  return rows.map(entryOf);
}

export async function isSuppressionListComplete(db: Db): Promise<boolean> {
  const { walked_to } = await suppressionReader(db);
  return walked_to === null;
}

/** How far the list has read. */
export function suppressionReader(db: Db) {
  return db
    .selectFrom("suppression_reader")
    .select(["event_id", "walked_to", "last_change_id"])
    .executeTakeFirstOrThrow();
}

function selectEntries(db: Db) {
  return db
    .selectFrom("suppressions")
    .innerJoin("addresses", "addresses.id", "suppressions.recipient_id")
    .leftJoin("messages", "messages.id", "suppressions.message_id")
    .select([
      "suppressions.recipient_id",
      "addresses.address",
      "addresses.country",
      "suppressions.channel",
      "suppressions.reason",
      "suppressions.error_code",
      "suppressions.since",
      "messages.sid",
      "suppressions.change_id",
    ]);
}

function entryOf(
  row: StoredEntry & { readonly change_id: number },
): Suppression {
  return { ...entryFields(row), changeId: row.change_id };
}

/** The fields that an entry and its changes share, as they are stored. */
export type StoredEntry = {
  readonly recipient_id: number;
  readonly address: string;
  readonly country: string | null;
  readonly channel: number;
  readonly reason: number;
  readonly error_code: number | null;
  readonly since: number;
  readonly sid: Uint8Array | null;
};

export function entryFields(row: StoredEntry): Omit<Suppression, "changeId"> {
  return {
    recipientId: row.recipient_id,
    recipient: row.address,
    country: row.country,
    channel: channelOfPlace(row.channel),
    reason: reasonOfPlace(row.reason),
    errorCode: row.error_code,
    since: row.since,
    messageSid: row.sid && unpackMessageSid(row.sid),
  };
}

export function placeOfReason(reason: SuppressionReason): number {
  return SUPPRESSION_REASONS.indexOf(reason);
}

/** Throws RangeError for a place never written. */
export function reasonOfPlace(place: number): SuppressionReason {
  const reason = SUPPRESSION_REASONS[place];
  if (reason === undefined)
    throw new RangeError(
      "The database holds a reason that this version does not know.",
    );
  return reason;
}
