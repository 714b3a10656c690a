import type { Database } from "bun:sqlite";
import { foldEvents, type EventFields } from "../fold.ts";
import type { Message } from "./message-changes.ts";

/** An event as a message is made of it, with the query that its tags come from. */
export type Fields = EventFields<number, number> & {
  readonly query: string | null;
};

/** Reads the events of a message, and tells what they make of it. */
export function createMessageEvents(
  db: Database,
  countryOf: (addressId: number) => string | null,
) {
  const find = db.prepare<Fields, [number]>(
    `SELECT channel, status, received_at AS receivedAt, to_id AS "to", from_id AS "from",
       error_code AS errorCode, account_id AS accountSid, service_id AS messagingServiceSid,
       num_segments AS numSegments, query FROM events WHERE message_id = ?`,
  );
  return {
    of: (messageId: number): Fields[] => find.all(messageId),
    fold(events: readonly [Fields, ...Fields[]]): Message {
      const fields = foldEvents(events);
      const country = fields.to === null ? null : countryOf(fields.to);
      return { ...fields, country };
    },
  };
}
