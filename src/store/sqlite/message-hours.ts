import type { Database } from "bun:sqlite";

/** Ids that a range is widened by at a time, so that it is not written with every batch. */
const IDS_AHEAD = 500;

/**
 * Keeps the table `message_hours`: which ids the messages first heard of in an hour
 * have. A range is only ever widened, and has room for ids to come, so it has ids of
 * messages of other hours too.
 */
export function createMessageHours(db: Database) {
  const widen = db.prepare<
    { first_id: number; last_id: number },
    [number, number, number]
  >(
    `INSERT INTO message_hours VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET
       first_id = min(first_id, excluded.first_id), last_id = max(last_id, excluded.last_id)
       RETURNING first_id, last_id`,
  );
  const remove = db.prepare<unknown, [number]>(
    "DELETE FROM message_hours WHERE hour = ?",
  );
  /** The hour written last, as the table has it. */
  let known = { hour: -1, firstId: 0, lastId: 0 };
  const forget = (): void => {
    known = { hour: -1, firstId: 0, lastId: 0 };
  };
  return {
    add(hour: number, messageId: number): void {
      const { firstId, lastId } = known;
      if (known.hour === hour && firstId <= messageId && messageId <= lastId)
        return;
      const range = widen.get(hour, messageId, messageId + IDS_AHEAD);
      if (range)
        known = { hour, firstId: range.first_id, lastId: range.last_id };
    },
    /** To be called when no message of this hour is left. */
    remove(hour: number): void {
      remove.run(hour);
      forget();
    },
    /** To be called when the transaction is rolled back, or another process wrote. */
    forget,
  };
}
