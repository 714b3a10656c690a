import type { Kysely, SelectQueryBuilder } from "kysely";
import { statusRank } from "../../twilio/status.ts";
import { LAST_DIGITS_MIN, type MessageFilter } from "../store.ts";
import { lastDigits } from "./addresses.ts";
import { packMessageSid } from "./message-sid.ts";
import type { Schema } from "./schema.ts";

/** Rows that one bare word fits at most, so that "+1" costs no more than a whole number. */
const FITTING_MAX = 500;

/** A SID's beginning: the letters and at least one hex digit; a whole one is 34 long. */
const SID_START = /^(?:SM|MM)[0-9a-f]{1,32}$/i;
const DIGITS = /^\+?\d+$/;

export type MessagesFound = {
  /** The ids of the messages found; each way in is an index. */
  readonly query: SelectQueryBuilder<Schema, "messages", { id: number }>;
  /** Whether a word fits more than is looked at. */
  readonly isPartial: boolean;
};

export async function messagesFound(
  db: Kysely<Schema>,
  { status, errorCode, text }: MessageFilter,
): Promise<MessagesFound> {
  let query = db.selectFrom("messages").select("messages.id");
  let isPartial = false;
  if (status !== undefined)
    query = query.where("messages.status", "=", statusRank(status));
  if (errorCode !== undefined)
    query = query.where("messages.error_code", "=", errorCode);
  for (const word of text?.split(/\s+/) ?? []) {
    if (word === "") continue;
    const isSid = SID_START.test(word);
    const fitting = await (isSid
      ? messagesBySidStart(db, word)
      : recipientsFound(db, word));
    isPartial ||= fitting.length > FITTING_MAX;
    const ids = fitting.slice(0, FITTING_MAX);
    query = query.where(isSid ? "messages.id" : "messages.to_id", "in", ids);
  }
  return { query, isPartial };
}

async function messagesBySidStart(
  db: Kysely<Schema>,
  start: string,
): Promise<number[]> {
  const prefix = start.slice(0, 2).toUpperCase();
  const digits = start.slice(2);
  const rows = await db
    .selectFrom("messages")
    .select("id")
    .where("sid", ">=", packMessageSid(prefix + digits.padEnd(32, "0")))
    .where("sid", "<=", packMessageSid(prefix + digits.padEnd(32, "f")))
    .limit(FITTING_MAX + 1)
    .execute();
  return rows.map((row) => row.id);
}

/** The ids of addresses that are `word`, or numbers that begin or end with its digits. */
async function recipientsFound(
  db: Kysely<Schema>,
  word: string,
): Promise<number[]> {
  const addresses = db
    .selectFrom("addresses")
    .select("id")
    .limit(FITTING_MAX + 1);
  const queries = [addresses.where("address", "=", word)];
  if (DIGITS.test(word)) {
    const starts = word.startsWith("+") ? [word] : [word, `+${word}`];
    // ":" is the character after "9".
    for (const start of starts) {
      queries.push(
        addresses
          .where("address", ">", start)
          .where("address", "<", `${start}:`),
      );
    }
    const end = word.length < LAST_DIGITS_MIN ? null : lastDigits(word);
    if (end !== null) {
      queries.push(
        addresses
          .where("last_digits", "=", end)
          .where("address", "like", `%${word}`),
      );
    }
  }
  const found = await Promise.all(queries.map((query) => query.execute()));
  return [...new Set(found.flat().map((row) => row.id))];
}
