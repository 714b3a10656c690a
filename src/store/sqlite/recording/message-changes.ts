import type { Message } from "../../core/recording.ts";
import { hourOf } from "../../core/message-places.ts";
import { countedOf } from "../../core/rollup-changes.ts";
import type { Transactions } from "../connection/transactions.ts";
import { createRollups } from "../rollups/rollups.ts";
import { createFailingRecipients } from "./failing-recipients.ts";
import type { createMessageCosts } from "./message-costs.ts";
import type { createMessageHours } from "./message-hours.ts";

/**
 * Keeps what is derived from messages: counts, costs, failing recipients, the hours' ids.
 * Changes are collected while a batch is recorded and written at its end.
 */
export function createMessageChanges(
  transactions: Transactions,
  hours: ReturnType<typeof createMessageHours>,
  costs: ReturnType<typeof createMessageCosts>,
) {
  const rollups = createRollups(transactions);
  const failingRecipients = createFailingRecipients(transactions);
  return {
    /** Records how an event changed a message; `before` is null for a new message. */
    note(
      id: number,
      before: Message | null,
      after: Message,
      receivedAt: number,
    ): void {
      if (before) rollups.add(countedOf(before), -1);
      rollups.add(countedOf(after), 1);
      rollups.received(receivedAt);
      failingRecipients.note(before, after);
      const hour = hourOf(after);
      if (before === null || hourOf(before) !== hour) hours.add(hour, id);
    },
    /** Records that a message is being deleted, while it's still there. */
    remove(id: number, message: Message): void {
      costs.remove(id);
      rollups.add(countedOf(message), -1);
      failingRecipients.noteRemoved(message);
    },
    write(): void {
      rollups.write();
      failingRecipients.write();
      costs.write();
    },
    nextStep: () => rollups.nextStep(),
  };
}
