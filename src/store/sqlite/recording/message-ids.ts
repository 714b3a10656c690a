import {
  createMessageOrder,
  roomOf,
  type Neighbor,
} from "../../core/message-places.ts";
import type { Transactions } from "../connection/transactions.ts";
import { createFreshIds } from "./fresh-ids.ts";

export type MessageIds = ReturnType<typeof createMessageIds>;

/** Gives new messages ids in the order in which they were first seen; see message-places.ts. */
export function createMessageIds(transactions: Transactions) {
  const { db, onStale } = transactions;
  const freshIds = createFreshIds(transactions, "messages");
  const findHour = db.prepare<{ hour: number; from: number }, [number]>(
    `SELECT hour, first_id AS "from" FROM message_hours
       WHERE first_id <= ? ORDER BY first_id DESC LIMIT 1`,
  );
  const findAbove = db.prepare<Neighbor, [number, number]>(
    `SELECT first_id AS id, hour FROM message_hours
       WHERE hour > ? AND hour <= ? ORDER BY first_id LIMIT 1`,
  );
  // An hour's range of ids stays when its messages are deleted: no id is used twice.
  const findBelow = db.prepare<Neighbor, [number, number]>(
    `SELECT last_id AS id, hour FROM message_hours
       WHERE hour <= ? AND last_id < ? ORDER BY last_id DESC LIMIT 1`,
  );
  const findMessage = db.prepare<{ id: number | null }, [number]>(
    "SELECT max(id) AS id FROM messages WHERE id < ?",
  );
  const order = createMessageOrder({
    newest(hour) {
      const id = freshIds.last();
      return { id, hour, from: id, ...findHour.get(id) };
    },
    room(hour, newestHour) {
      const above = findAbove.get(hour, newestHour);
      if (above === null) return undefined;
      const below = findBelow.get(hour, above.id) ?? undefined;
      const id = findMessage.get(above.id)?.id ?? 0;
      const isHigher = id > (below?.id ?? 0);
      return roomOf(hour, isHigher ? { hour, ...below, id } : below, above);
    },
  });
  onStale(order.forget);
  return {
    next: order.next,
    /** Call this before messages are deleted. */
    keepHighestId: () => freshIds.keep(),
  };
}
