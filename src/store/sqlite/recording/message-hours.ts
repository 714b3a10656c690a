import type { Transactions } from "../connection/transactions.ts";

/** How many ids ahead a range is widened, so that not every batch has to write it. */
const IDS_AHEAD = 500;

/** The ids among which are the messages of an hour that retention has yet to check. */
type HourRest = {
  /** Since 1970. */
  readonly hour: number;
  readonly afterId: number;
  readonly lastId: number;
};

/**
 * Keeps the table `message_hours`: the range of ids of the messages first seen in each
 * hour. A range is only widened, and has room for ids to come, so it also contains
 * messages of other hours. Remembers how far retention has come, which goes through them
 * hour by hour while more are added.
 */
export function createMessageHours({ db, onStale }: Transactions) {
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
  let checked = { hour: -1, id: 0 };
  const drop = (): void => {
    known = { hour: -1, firstId: 0, lastId: 0 };
    checked = { hour: -1, id: 0 };
  };
  onStale(drop);
  return {
    add(hour: number, messageId: number): void {
      // A late event moves its message into this hour from a later one.
      if (hour === checked.hour)
        checked.id = Math.min(checked.id, messageId - 1);
      const { firstId, lastId } = known;
      if (known.hour === hour && firstId <= messageId && messageId <= lastId)
        return;
      const range = widen.get(hour, messageId, messageId + IDS_AHEAD);
      if (range)
        known = { hour, firstId: range.first_id, lastId: range.last_id };
    },
    /** What is left to check of the oldest hour before `hour`. */
    oldestBefore(hour: number): HourRest | undefined {
      const oldest = findOldest.get(hour);
      if (!oldest) return undefined;
      const { firstId, lastId } = oldest;
      const afterId = checked.hour === oldest.hour ? checked.id : firstId - 1;
      return { hour: oldest.hour, afterId, lastId };
    },
    /** Call this when the hour's messages up to this id have been checked. */
    check(hour: number, id: number): void {
      checked = { hour, id };
    },
    /** Call this when no message of the hour is left. */
    remove(hour: number): void {
      remove.run(hour);
      drop();
    },
  };
}
