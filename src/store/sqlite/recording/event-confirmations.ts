import type { Database } from "bun:sqlite";
import type { RecordedConfirmation } from "../../core/confirmation.ts";

/** Reads and writes other sources' confirmations of the events of a message. */
export function createEventConfirmations(db: Database) {
  const find = db.prepare<RecordedConfirmation, [number]>(
    `SELECT event_id AS eventId, status, event_confirmations.source,
       event_confirmations.received_at AS receivedAt,
       event_confirmations.occurred_at AS occurredAt,
       event_confirmations.num_segments AS numSegments, event_confirmations.carrier
     FROM events JOIN event_confirmations ON event_id = events.id WHERE message_id = ?`,
  );
  const put = db.prepare(
    "INSERT OR REPLACE INTO event_confirmations VALUES (?, ?, ?, ?, ?, ?)",
  );
  const remove = db.prepare<unknown, [number]>(
    `DELETE FROM event_confirmations
       WHERE event_id IN (SELECT id FROM events WHERE message_id = ?)`,
  );
  return {
    of: (messageId: number): RecordedConfirmation[] => find.all(messageId),
    put(each: RecordedConfirmation): void {
      put.run(
        each.eventId,
        each.source,
        each.receivedAt,
        each.occurredAt,
        each.numSegments,
        each.carrier,
      );
    },
    /** Call this when the message is being deleted. */
    remove: (messageId: number) => void remove.run(messageId),
  };
}
