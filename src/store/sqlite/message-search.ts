import type { Kysely, SelectQueryBuilder } from "kysely";
import { statusRank } from "../../twilio/status.ts";
import type { MessageFilter } from "../store.ts";
import { lastDigits, LAST_DIGITS } from "./addresses.ts";
import { packMessageSid } from "./message-sid.ts";
import type { Schema } from "./schema.ts";

/** Recipients whose messages a bare word finds at most, so that "+1" costs no more than a whole number. */
const RECIPIENTS_MAX = 500;

/** A SID's beginning: the letters and at least one hex digit; a whole one is 34 long. */
const SID_START = /^(?:SM|MM)[0-9a-f]{1,32}$/i;
const DIGITS = /^\+?\d+$/;

export type MessagesFound = SelectQueryBuilder<
  Schema,
  "messages",
  { id: number }
>;

/** The ids of the messages that a filter finds; each way in is an index. */
export async function messagesFound(
  db: Kysely<Schema>,
  { status, errorCode, text }: MessageFilter,
): Promise<MessagesFound> {
  let query = db.selectFrom("messages").select("messages.id");
  if (status !== undefined)
    query = query.where("messages.status", "=", statusRank(status));
  if (errorCode !== undefined)
    query = query.where("messages.error_code", "=", errorCode);
  for (const word of text?.split(/\s+/) ?? []) {
    if (word === "") continue;
    if (SID_START.test(word)) {
      const prefix = word.slice(0, 2).toUpperCase();
      const digits = word.slice(2);
      query = query
        .where(
          "messages.sid",
          ">=",
          packMessageSid(prefix + digits.padEnd(32, "0")),
        )
        .where(
          "messages.sid",
          "<=",
          packMessageSid(prefix + digits.padEnd(32, "f")),
        );
    } else {
      query = query.where(
        "messages.to_id",
        "in",
        await recipientsFound(db, word),
      );
    }
  }
  return query;
}

/** The ids of addresses that are `word`, or numbers that begin or end with its digits. */
async function recipientsFound(
  db: Kysely<Schema>,
  word: string,
): Promise<number[]> {
  const addresses = db
    .selectFrom("addresses")
    .select("id")
    .limit(RECIPIENTS_MAX);
  const queries = [addresses.where("address", "=", word)];
  if (DIGITS.test(word)) {
    const starts = word.startsWith("+") ? [word] : [word, `+${word}`];
    // ":" is the character after "9".
    for (const start of starts)
      queries.push(
        addresses
          .where("address", ">", start)
          .where("address", "<", `${start}:`),
      );
    const end = word.length < LAST_DIGITS ? null : lastDigits(word);
    if (end !== null)
      queries.push(
        addresses
          .where("last_digits", "=", end)
          .where("address", "like", `%${word}`),
      );
  }
  const found = await Promise.all(queries.map((query) => query.execute()));
  return [...new Set(found.flat().map((row) => row.id))].slice(
    0,
    RECIPIENTS_MAX,
  );
}
