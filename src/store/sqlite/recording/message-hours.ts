import type { Database } from "bun:sqlite";

/** Ids that a range is widened by at a time, so that it is not written with every batch. */
const IDS_AHEAD = 500;

/** Messages of an hour that were not looked at yet have one of these ids. */
type HourRest = {
  /** Since 1970. */
  readonly hour: number;
  readonly afterId: number;
  readonly lastId: number;
};

/**
 * Keeps the table `message_hours`: which ids the messages first heard of in an hour
 * have. A range is only ever widened, and has room for ids to come, so it has ids of
 * messages of other hours too. Remembers how far somebody came who looks at them hour
 * by hour while more are added.
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
  const findOldest = db.prepare<
    { hour: number; firstId: number; lastId: number },
    [number]
  >(
    `SELECT hour, first_id AS firstId, last_id AS lastId FROM message_hours
       WHERE hour < ? ORDER BY hour LIMIT 1`,
  );
  const remove = db.prepare<unknown, [number]>(
    "DELETE FROM message_hours WHERE hour = ?",
  );
  /** The hour written last, as the table has it. */
  let known = { hour: -1, firstId: 0, lastId: 0 };
  let lookedAt = { hour: -1, id: 0 };
  const forget = (): void => {
    known = { hour: -1, firstId: 0, lastId: 0 };
    lookedAt = { hour: -1, id: 0 };
  };
  return {
    add(hour: number, messageId: number): void {
      // An event that is late moves its message here from an hour after it.
      if (hour === lookedAt.hour)
        lookedAt.id = Math.min(lookedAt.id, messageId - 1);
      const { firstId, lastId } = known;
      if (known.hour === hour && firstId <= messageId && messageId <= lastId)
        return;
      const range = widen.get(hour, messageId, messageId + IDS_AHEAD);
      if (range)
        known = { hour, firstId: range.first_id, lastId: range.last_id };
    },
    /** Of the oldest hour before `hour`, what was not looked at yet. */
    oldestBefore(hour: number): HourRest | undefined {
      const oldest = findOldest.get(hour);
      if (!oldest) return undefined;
      const { firstId, lastId } = oldest;
      const afterId = lookedAt.hour === oldest.hour ? lookedAt.id : firstId - 1;
      return { hour: oldest.hour, afterId, lastId };
    },
    /** To be called when the hour's messages up to this id were looked at. */
    looked(hour: number, id: number): void {
      lookedAt = { hour, id };
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
