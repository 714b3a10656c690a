import { sql } from "kysely";
import type { Price } from "../../../twilio/api-message.ts";
import { exactAmount } from "../../../twilio/money.ts";
import { costChange, REMOVE_EMPTY_COSTS } from "../../core/cost-table.ts";
import { packMessageSid, unpackMessageSid } from "../../core/message-sid.ts";
import type { PriceReading } from "../../twilio-reading.ts";
import type { Db } from "../dialect.ts";
import type { Schema } from "../schema.ts";

type PriceRow = Schema["message_prices"];

type Known = { readonly id: number; readonly sid: Uint8Array } & {
  readonly [Column in keyof PriceRow]: PriceRow[Column] | null;
};

/**
 * Keeps what Twilio says of the prices of messages that are recorded, with the sums, in the caller's
 * transaction. Most readings say what an earlier one said, and change nothing.
 */
export async function savePrices(
  db: Db,
  readings: readonly PriceReading[],
): Promise<void> {
  const bySid = new Map<string, PriceReading>();
  for (const each of readings) {
    const price = each.price ?? bySid.get(each.messageSid)?.price ?? null;
    bySid.set(each.messageSid, { ...each, price });
  }
  if (bySid.size === 0) return;
  await db.dialect.holdMessages(db);
  const sids = sql.join([...bySid.keys()].map(packMessageSid));
  const { rows } = await sql<Known>`
    SELECT messages.id, messages.sid, message_prices.*
      FROM ${db.dialect.sids} AS named JOIN messages ON messages.id = named.id
        LEFT JOIN message_prices ON message_prices.message_id = messages.id
      WHERE named.sid IN (${sids})`.execute(db);
  const changed = rows.flatMap((known) => {
    const reading = bySid.get(unpackMessageSid(known.sid));
    const row = reading && rowOf(known, reading);
    return row && !isSame(known, row) ? [{ row, known }] : [];
  });
  if (changed.length === 0) return;
  await changeCosts(
    db,
    "-",
    changed.flatMap(({ known }) => known.message_id ?? []),
  );
  await db
    .insertInto("message_prices")
    .values(changed.map(({ row }) => row))
    .onConflict((conflict) =>
      conflict.column("message_id").doUpdateSet((row) => ({
        day: row.ref("excluded.day"),
        amount: row.ref("excluded.amount"),
        currency: row.ref("excluded.currency"),
        micros: row.ref("excluded.micros"),
        picos: row.ref("excluded.picos"),
        segments: row.ref("excluded.segments"),
        has_fee: row.ref("excluded.has_fee"),
      })),
    )
    .execute();
  await changeCosts(
    db,
    "+",
    changed.map(({ row }) => row.message_id),
  );
  await sql.raw(REMOVE_EMPTY_COSTS).execute(db);
}

/** Twilio doesn't take a price back, so one that a later reading lacks stays. */
function rowOf(
  known: Known,
  { day, price, segments, hasFee }: PriceReading,
): PriceRow {
  const amount = price?.amount ?? known.amount;
  const currency = price?.currency ?? known.currency;
  const { micros, picos } = exactAmount(amount ?? "0");
  return {
    message_id: known.id,
    day,
    amount,
    currency,
    micros: Number(micros),
    picos: Number(picos),
    segments,
    has_fee: hasFee ? 1 : 0,
  };
}

function isSame(known: Known, row: PriceRow): boolean {
  return (
    known.message_id === row.message_id &&
    known.day === row.day &&
    known.amount === row.amount &&
    known.currency === row.currency &&
    known.segments === row.segments &&
    known.has_fee === row.has_fee
  );
}

/** Where a condition comes. */
const PLACE = "?";

async function changeCosts(
  db: Db,
  sign: "-" | "+",
  ids: readonly number[],
): Promise<void> {
  if (ids.length === 0) return;
  const { among, list } = db.dialect;
  const isTaken = among(sql.ref("message_prices.message_id"), list(ids));
  const [before = "", after = ""] = costChange(sign, PLACE).split(PLACE);
  await sql`${sql.raw(before)}${isTaken}${sql.raw(after)}`.execute(db);
}

/** Undefined until Twilio states one. */
export async function priceOf(
  db: Db,
  messageId: number,
): Promise<Price | undefined> {
  const row = await db
    .selectFrom("message_prices")
    .select(["amount", "currency"])
    .where("message_id", "=", messageId)
    .executeTakeFirst();
  return row === undefined || row.amount === null || row.currency === null
    ? undefined
    : { amount: row.amount, currency: row.currency };
}
