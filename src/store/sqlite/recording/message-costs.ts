import { costChange, REMOVE_EMPTY_COSTS } from "../../core/cost-table.ts";
import type { Transactions } from "../connection/transactions.ts";

/**
 * Keeps the sums of what messages cost up to date when something else about a message changes. Few
 * messages have a price when an event arrives, so that's looked up first.
 */
export function createMessageCosts({ db, onStale }: Transactions) {
  const isTaken = "message_prices.message_id = ?";
  const hasPrice = db.prepare<unknown, [number]>(
    "SELECT 1 FROM message_prices WHERE message_id = ?",
  );
  const takeOut = db.prepare<unknown, [number]>(costChange("-", isTaken));
  const putIn = db.prepare<unknown, [number]>(costChange("+", isTaken));
  const removePrice = db.prepare<unknown, [number]>(
    "DELETE FROM message_prices WHERE message_id = ?",
  );
  const removeEmpty = db.prepare(REMOVE_EMPTY_COSTS);
  const changing = new Set<number>();
  let isLess = false;
  onStale(() => {
    changing.clear();
    isLess = false;
  });
  return {
    /** Call this before a message that was recorded earlier changes in what its costs are counted by. */
    beforeChange(messageId: number): void {
      if (changing.has(messageId) || hasPrice.get(messageId) === null) return;
      takeOut.run(messageId);
      changing.add(messageId);
    },
    /** Call this before a message is deleted. */
    remove(messageId: number): void {
      if (hasPrice.get(messageId) === null) return;
      if (!changing.delete(messageId)) takeOut.run(messageId);
      removePrice.run(messageId);
      isLess = true;
    },
    /** Call this at the end of a transaction's changes. */
    write(): void {
      if (changing.size === 0 && !isLess) return;
      for (const messageId of changing) putIn.run(messageId);
      changing.clear();
      removeEmpty.run();
      isLess = false;
    },
  };
}
