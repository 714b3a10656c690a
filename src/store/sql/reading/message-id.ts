import { sql } from "kysely";
import { packMessageSid } from "../../core/message-sid.ts";
import type { Db } from "../dialect.ts";
import { statement } from "../statement.ts";

const selectId = statement<{ sid: Uint8Array }, { readonly id: number }>(
  (at, { sids }) => sql`SELECT id FROM ${sids} WHERE sid = ${at("sid")}`,
);

/** The id of the message with this SID; undefined for an unknown one. */
export async function messageId(
  db: Db,
  messageSid: string,
): Promise<number | undefined> {
  const [found] = await selectId(db, { sid: packMessageSid(messageSid) });
  return found?.id;
}
