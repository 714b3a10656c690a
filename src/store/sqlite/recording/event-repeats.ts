import type { Database } from "bun:sqlite";

/** Counts how often an event's callback came again, and keeps when it last did. */
export function createEventRepeats(db: Database) {
  const add = db.prepare<unknown, [number, number]>(
    `INSERT INTO event_repeats VALUES (?, 1, ?)
       ON CONFLICT DO UPDATE SET repeats = repeats + 1, last_at = max(last_at, excluded.last_at)`,
  );
  return {
    add(eventId: number, receivedAt: number): void {
      add.run(eventId, receivedAt);
    },
  };
}
