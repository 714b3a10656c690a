import type { Database } from "bun:sqlite";
import { otherAddresses, type Fields } from "../../core/recording.ts";

type Addresses = Pick<Fields, "to" | "from">;

/**
 * Keeps the table `event_addresses`: addresses that an event of a message has and the message
 * itself doesn't have, or didn't at some time. They are rare, and events have no index by
 * their addresses.
 */
export function createEventAddresses(db: Database) {
  const add = db.prepare<unknown, [number, number]>(
    "INSERT OR IGNORE INTO event_addresses VALUES (?, ?)",
  );
  const remove = db.prepare<unknown, [number, number]>(
    "DELETE FROM event_addresses WHERE address_id = ? AND message_id = ?",
  );
  return {
    /** Records the addresses that a message's events have and the message doesn't. */
    note(
      messageId: number,
      message: Addresses,
      events: readonly Addresses[],
    ): void {
      for (const address of otherAddresses(message, events))
        add.run(address, messageId);
    },
    /** Call this when the message is being deleted. */
    remove(messageId: number, events: readonly Addresses[]): void {
      for (const address of otherAddresses({ to: null, from: null }, events))
        remove.run(address, messageId);
    },
  };
}
