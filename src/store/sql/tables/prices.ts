import { sql } from "kysely";
import type { Price } from "../../../twilio/api-message.ts";
import { packMessageSid, unpackMessageSid } from "../../core/message-sid.ts";
import type { MessagePrice } from "../../twilio-reading.ts";
import type { Db } from "../dialect.ts";

/** Keeps the prices of messages that are recorded; a later price replaces an earlier one. */
export async function savePrices(
  db: Db,
  prices: readonly MessagePrice[],
): Promise<void> {
  const bySid = new Map(prices.map((each) => [each.messageSid, each.price]));
  if (bySid.size === 0) return;
  const sids = sql.join([...bySid.keys()].map(packMessageSid));
  const { rows } = await sql<{ readonly id: number; readonly sid: Uint8Array }>`
    SELECT id, sid FROM ${db.dialect.sids} WHERE sid IN (${sids})`.execute(db);
  const values = rows.flatMap(({ id, sid }) => {
    const price = bySid.get(unpackMessageSid(sid));
    return price === undefined ? [] : [{ message_id: id, ...price }];
  });
  if (values.length === 0) return;
  await db
    .insertInto("message_prices")
    .values(values)
    .onConflict((conflict) =>
      conflict
        .column("message_id")
        .doUpdateSet({
          amount: sql`excluded.amount`,
          currency: sql`excluded.currency`,
        })
        .where("message_prices.amount", "<>", sql<string>`excluded.amount`),
    )
    .execute();
}

export async function priceOf(
  db: Db,
  messageId: number,
): Promise<Price | undefined> {
  return db
    .selectFrom("message_prices")
    .select(["amount", "currency"])
    .where("message_id", "=", messageId)
    .executeTakeFirst();
}
