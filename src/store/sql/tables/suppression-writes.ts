import { channelPlace } from "../../../twilio/status.ts";
import type { By } from "../../accounts.ts";
import type { SuppressionRemoval } from "../../suppressions.ts";
import type { Db } from "../dialect.ts";
import { addAuditEntry } from "./audit.ts";
import { addSuppressionChange } from "./suppression-changes.ts";
import type { EntryChange } from "./suppression-checks.ts";
import type { Reach } from "./suppression-steps.ts";
import { suppressionReader } from "./suppressions.ts";

/**
 * Writes what a step decided, with how far the list has read. Nothing if another reader did
 * the step. Returns how many changes it made.
 */
export async function moveSuppressions(
  db: Db,
  {
    from,
    to,
    changes,
    at,
  }: {
    readonly from: Reach;
    readonly to: Reach;
    readonly changes: readonly EntryChange[];
    readonly at: number;
  },
): Promise<number> {
  const reader = await suppressionReader(db);
  if (reader.event_id !== from.eventId || reader.walked_to !== from.walkedTo)
    return 0;
  let made = 0;
  for (const change of changes) if (await makeChange(db, change, at)) made++;
  await db
    .updateTable("suppression_reader")
    .set({ event_id: to.eventId, walked_to: to.walkedTo })
    .execute();
  return made;
}

/** Returns whether the feed has a change for it: not if only details of the entry are others. */
async function makeChange(
  db: Db,
  { recipientId, channel, clearedUpTo, next }: EntryChange,
  at: number,
): Promise<boolean> {
  const number = { recipient_id: recipientId, channel };
  if ((await clearedUpToNow(db, number)) !== clearedUpTo) return false;
  const known = await entryOfNumber(db, number);
  if (typeof next === "string") {
    if (known === undefined) return false;
    const { change_id: _changeId, ...entry } = known;
    await removeEntry(db, number);
    await addSuppressionChange(db, { ...entry, at, kind: next });
    return true;
  }
  // Retention or an erasure may have removed what the decision was about.
  if (!(await isStillTo(db, recipientId, next.messageId))) return false;
  const entry = {
    ...number,
    reason: next.reason,
    error_code: next.errorCode,
    since: next.since,
    message_id: next.messageId,
  };
  const isAdded = known?.reason !== next.reason;
  const changeId = isAdded
    ? await addSuppressionChange(db, { ...entry, at, kind: "added" })
    : known.change_id;
  await removeEntry(db, number);
  await db
    .insertInto("suppressions")
    .values({ ...entry, change_id: changeId, is_stale: 0 })
    .execute();
  return isAdded;
}

/** See `SuppressionStore.remove`. */
export async function removeSuppression(
  db: Db,
  { recipientId, channel, note, subject }: SuppressionRemoval,
  by: By,
): Promise<boolean> {
  const number = { recipient_id: recipientId, channel: channelPlace(channel) };
  const known = await entryOfNumber(db, number);
  if (known === undefined) return false;
  const latest = await db
    .selectFrom("messages")
    .select((eb) => eb.fn.max("id").as("id"))
    .executeTakeFirst();
  await removeEntry(db, number);
  await db
    .deleteFrom("suppression_clearings")
    .where("recipient_id", "=", number.recipient_id)
    .where("channel", "=", number.channel)
    .execute();
  await db
    .insertInto("suppression_clearings")
    .values({ ...number, up_to_message_id: latest?.id ?? 0 })
    .execute();
  const { change_id: _changeId, ...entry } = known;
  await addSuppressionChange(db, {
    ...entry,
    at: by.at,
    kind: "removed",
    actor: by.actor,
    ...(note !== "" && { note }),
  });
  const action = "removed from the Do not send list";
  await addAuditEntry(db, { kind: "change", ...by, action, subject });
  return true;
}

type Number = { readonly recipient_id: number; readonly channel: number };

async function entryOfNumber(db: Db, { recipient_id, channel }: Number) {
  return db
    .selectFrom("suppressions")
    .select([
      "recipient_id",
      "channel",
      "reason",
      "error_code",
      "since",
      "message_id",
      "change_id",
    ])
    .where("recipient_id", "=", recipient_id)
    .where("channel", "=", channel)
    .executeTakeFirst();
}

async function removeEntry(db: Db, number: Number): Promise<void> {
  await db
    .deleteFrom("suppressions")
    .where("recipient_id", "=", number.recipient_id)
    .where("channel", "=", number.channel)
    .execute();
}

async function clearedUpToNow(
  db: Db,
  { recipient_id, channel }: Number,
): Promise<number> {
  const row = await db
    .selectFrom("suppression_clearings")
    .select("up_to_message_id")
    .where("recipient_id", "=", recipient_id)
    .where("channel", "=", channel)
    .executeTakeFirst();
  return row?.up_to_message_id ?? 0;
}

async function isStillTo(
  db: Db,
  recipientId: number,
  messageId: number,
): Promise<boolean> {
  const row = await db
    .selectFrom("messages")
    .innerJoin("addresses", "addresses.id", "messages.to_id")
    .select("addresses.address")
    .where("messages.id", "=", messageId)
    .where("messages.to_id", "=", recipientId)
    .executeTakeFirst();
  return row !== undefined && row.address !== erasedName(recipientId);
}

/** What erasing a number renames its address to. */
function erasedName(recipientId: number): string {
  return `erased-${recipientId}`;
}
