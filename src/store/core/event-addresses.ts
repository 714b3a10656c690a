import type { Database } from "bun:sqlite";
import type { EventFields } from "./fold.ts";

type Addresses = Pick<EventFields<number, number>, "to" | "from">;

const OTHER_THAN_ITS_MESSAGES = ["to_id", "from_id"]
  .map(
    (column) => `
    SELECT events.${column}, message_id FROM events
      CROSS JOIN messages ON messages.id = message_id
      WHERE events.${column} IS NOT NULL AND events.${column} IS NOT messages.to_id
      AND events.${column} IS NOT messages.from_id`,
  )
  .join(" UNION ");

/**
 * The addresses that an event of a message has and the message itself has not, or had not
 * at some time. They are rare, and events have no index by their addresses.
 */
export const EVENT_ADDRESSES_TABLE = `
  CREATE TABLE event_addresses (
    address_id INTEGER NOT NULL REFERENCES addresses (id),
    message_id INTEGER NOT NULL REFERENCES messages (id),
    PRIMARY KEY (address_id, message_id)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO event_addresses ${OTHER_THAN_ITS_MESSAGES};
`;

/** Keeps the table `event_addresses`. */
export function createEventAddresses(db: Database) {
  const add = db.prepare<unknown, [number, number]>(
    "INSERT OR IGNORE INTO event_addresses VALUES (?, ?)",
  );
  const remove = db.prepare<unknown, [number, number]>(
    "DELETE FROM event_addresses WHERE address_id = ? AND message_id = ?",
  );
  return {
    /** Takes note of a message's events and of what they make of it. */
    note(
      messageId: number,
      message: Addresses,
      events: readonly Addresses[],
    ): void {
      for (const address of othersIn(message, events))
        add.run(address, messageId);
    },
    /** To be called when the message is deleted. */
    remove(messageId: number, events: readonly Addresses[]): void {
      for (const address of othersIn({ to: null, from: null }, events))
        remove.run(address, messageId);
    },
  };
}

function* othersIn(
  { to, from }: Addresses,
  events: readonly Addresses[],
): Generator<number> {
  for (const event of events)
    for (const address of [event.to, event.from])
      if (address !== null && address !== to && address !== from) yield address;
}
