import { sql } from "kysely";
import { statusRank } from "../../../twilio/status.ts";
import { unpackMessageSid } from "../../core/message-sid.ts";
import type { AskedMessage, DueMessage } from "../../twilio-reading.ts";
import type { Db } from "../dialect.ts";
import { keepNote, noteOf } from "./upkeep-notes.ts";

const HOUR_MS = 3_600_000;
/** The highest id of a message that was added. */
const NOTE = "reconciledTo";
/** How many messages are added at a time. */
const ADDED_MAX = 500;

/** Returns whether there may be more. */
export async function addInFlight(
  db: Db,
  { after, until }: { readonly after: number; readonly until: number },
  now: number,
): Promise<boolean> {
  const found = await db
    .selectFrom("messages")
    .select("id")
    .where("status", "=", statusRank("sent"))
    .where("id", ">", await addedTo(db, after))
    .where("first_event_at", ">", after)
    .where("first_event_at", "<=", until)
    .orderBy("id")
    .limit(ADDED_MAX)
    .execute();
  const last = found.at(-1);
  if (last === undefined) return false;
  const due = { asked: 0, next_at: now, gone_at: null };
  await db
    .insertInto("reconciled_messages")
    .values(found.map(({ id }) => ({ message_id: id, ...due })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await keepNote(db, NOTE, { id: last.id });
  return found.length === ADDED_MAX;
}

/** The id after which messages are still to be added: none of a message first seen long before `after`. */
async function addedTo(db: Db, after: number): Promise<number> {
  const note = await noteOf(db, NOTE);
  const kept: { readonly id: number } =
    note === undefined ? { id: 0 } : JSON.parse(note);
  const hour = await db
    .selectFrom("message_hours")
    .select("first_id as firstId")
    .where("hour", ">=", Math.floor(after / HOUR_MS))
    .orderBy("hour")
    .limit(1)
    .executeTakeFirst();
  return Math.max(kept.id, (hour?.firstId ?? 1) - 1);
}

export async function dueMessages(
  db: Db,
  now: number,
  limit: number,
): Promise<DueMessage[]> {
  const rows = await db
    .selectFrom("reconciled_messages as asked")
    .innerJoin("messages", "messages.id", "asked.message_id")
    .leftJoin("sids as account", "account.id", "messages.account_id")
    .select([
      "asked.message_id as messageId",
      "messages.sid as sid",
      "messages.first_event_at as firstEventAt",
      "account.sid as accountSid",
      "asked.asked as asked",
    ])
    .where("asked.next_at", "<=", now)
    .orderBy("asked.next_at")
    .limit(limit)
    .execute();
  return rows.map(({ sid, ...row }) => ({
    ...row,
    messageSid: unpackMessageSid(sid),
  }));
}

export async function saveAsked(
  db: Db,
  asked: readonly AskedMessage[],
): Promise<void> {
  for (const each of asked) {
    if (each.is === "final") {
      await db
        .deleteFrom("reconciled_messages")
        .where("message_id", "=", each.messageId)
        .execute();
      continue;
    }
    await db
      .updateTable("reconciled_messages")
      .set(
        each.is === "gone"
          ? { next_at: null, gone_at: each.at, asked: sql`asked + 1` }
          : { next_at: each.nextAt, asked: sql`asked + 1` },
      )
      .where("message_id", "=", each.messageId)
      .execute();
  }
}

export async function goneAt(
  db: Db,
  messageId: number,
): Promise<number | undefined> {
  const row = await db
    .selectFrom("reconciled_messages")
    .select("gone_at as goneAt")
    .where("message_id", "=", messageId)
    .executeTakeFirst();
  return row?.goneAt ?? undefined;
}
