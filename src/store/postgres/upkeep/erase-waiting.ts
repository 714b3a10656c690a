import { addressEraser } from "../../../phone/erased-number.ts";
import {
  createFound,
  eraseFor,
  erasedLabel,
  type Erasing,
  type EventText,
  type FoundNumber,
} from "../../core/erasing.ts";
import { packMessageSid } from "../../core/message-sid.ts";
import type { StoredEvent } from "../../core/stored-event.ts";
import type { Connection } from "../connection/pool.ts";
import { restoredJson, storableJson } from "../connection/storable.ts";
import { lockReceipts } from "./unused-names.ts";

type Query = Connection["query"];

/**
 * Callbacks that aren't recorded yet, or couldn't be. Those in received_meanwhile are in none of
 * these: nothing is erased while a ledger is being copied.
 */
const TABLES = ["inbox", "inbox_set_aside"] as const;

type Waiting = {
  readonly table: (typeof TABLES)[number];
  readonly id: number;
  readonly event: StoredEvent;
};

/** Stands for the number's own address in an `EventText`; other addresses are null. */
const OWN = 1;

const isOwn = ({ to, from }: EventText): boolean => to === OWN || from === OWN;

/**
 * Finds the number in callbacks that wait; with `mayWrite`, takes it out of them, in a transaction
 * of `changing`. Messages that have been recorded aren't counted again.
 */
export async function eraseWaiting(
  query: Query,
  { address, addressIds }: Pick<Erasing, "address" | "addressIds">,
  mayWrite: boolean,
): Promise<FoundNumber> {
  const label = erasedLabel(addressIds);
  const eraser = addressEraser(address, label);
  const waiting: Waiting[] = [];
  for (const table of TABLES)
    for (const { id, event } of await query<{ id: number; event: string }>(
      `SELECT id, event FROM ${table} ORDER BY id`,
    ))
      if (eraser.mayBeIn(event))
        waiting.push({ table, id, event: restoredJson(event) });
  const found = createFound();
  const erased: Waiting[] = [];
  for (const [sid, each] of Map.groupBy(
    waiting,
    ({ event }) => event.messageSid,
  )) {
    const known = await isRecorded(query, sid);
    const rows = each.map(({ event }, place) => ({
      id: place,
      messageId: 0,
      to: event.to !== null && eraser.is(event.to) ? OWN : null,
      from: event.from !== null && eraser.is(event.from) ? OWN : null,
      errorMessage: event.errorMessage,
      query: event.query,
      postValues: event.values && JSON.stringify(event.values),
    }));
    for (const [place, row] of rows.entries()) {
      const result = eraseFor(row, rows, eraser, isOwn);
      found.add(known ? { ...result.found, messages: 0 } : result.found);
      const texts = result.erased[place];
      const one = each[place];
      if (!one || !texts || (texts === row && !isOwn(row))) continue;
      const values: string[] | null =
        texts.postValues === null ? null : JSON.parse(texts.postValues);
      const { to, from } = one.event;
      erased.push({
        ...one,
        event: {
          ...one.event,
          to: row.to === OWN ? label : to,
          from: row.from === OWN ? label : from,
          errorMessage: texts.errorMessage,
          query: texts.query,
          values,
        },
      });
    }
  }
  if (mayWrite && erased.length > 0) await write(query, erased);
  return found.total();
}

async function isRecorded(query: Query, sid: string): Promise<boolean> {
  const rows = await query(
    "SELECT FROM message_sids WHERE sid = decode($1::text, 'hex')",
    [hexOf(sid)],
  );
  return rows.length > 0;
}

async function write(query: Query, erased: readonly Waiting[]): Promise<void> {
  for (const { table, id, event } of erased)
    await query(`UPDATE ${table} SET event = $2::text WHERE id = $1::bigint`, [
      id,
      storableJson(event),
    ]);
  await lockReceipts(query);
  for (const { event } of erased)
    await query(
      "UPDATE receipts SET said = '{}' WHERE sid = decode($1::text, 'hex')",
      [hexOf(event.messageSid)],
    );
}

function hexOf(sid: string): string {
  return Buffer.from(packMessageSid(sid)).toString("hex");
}
