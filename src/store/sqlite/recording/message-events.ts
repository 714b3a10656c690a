import type { Database } from "bun:sqlite";
import type { RecordedFields } from "../../core/recording.ts";

/** Reads the events of a message. */
export function createMessageEvents(db: Database) {
  const find = db.prepare<RecordedFields, [number]>(
    `SELECT id, channel, status, received_at AS receivedAt, to_id AS "to", from_id AS "from",
       error_code AS errorCode, account_id AS accountSid, service_id AS messagingServiceSid,
       num_segments AS numSegments, source, occurred_at AS occurredAt,
       sent_at AS sentAt, carrier, query
       FROM events WHERE message_id = ?`,
  );
  return { of: (messageId: number): RecordedFields[] => find.all(messageId) };
}
