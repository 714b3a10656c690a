import type { Database } from "bun:sqlite";

/** Counts how often an event's callback came again, and keeps when it last did. */
export function createEventRepeats(db: Database) {
  const add = db.prepare<unknown, [number, number, number]>(
    `INSERT INTO event_repeats SELECT id, 1, ? FROM events WHERE message_id = ? AND status = ?
       ON CONFLICT DO UPDATE SET repeats = repeats + 1, last_at = max(last_at, excluded.last_at)`,
  );
  return {
    add(messageId: number, status: number, receivedAt: number): void {
      add.run(receivedAt, messageId, status);
    },
  };
}
