import type { Database } from "bun:sqlite";
import {
  changeOfAll,
  type Buckets,
  type Change,
} from "../../core/rollup-changes.ts";

/**
 * Keeps the table `message_minutes`: the messages first seen in each minute since 1970, by
 * status. It is one short row for a minute, kept as long as its messages are, so that any
 * two times can be compared to the minute. Returns a function that applies changes to it.
 */
export function createMessageMinutes(db: Database) {
  const upsert = db.prepare<unknown, [number, ...Change]>(
    `INSERT INTO message_minutes VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
       sent = sent + excluded.sent, failed = failed + excluded.failed,
       undelivered = undelivered + excluded.undelivered,
       delivered = delivered + excluded.delivered, read = read + excluded.read`,
  );
  const removeEmpty = db.prepare<unknown, [number]>(
    `DELETE FROM message_minutes WHERE minute = ?
       AND sent = 0 AND failed = 0 AND undelivered = 0 AND delivered = 0 AND read = 0`,
  );
  return (minutes: Buckets): void => {
    for (const [minute, bucket] of minutes) {
      const change = changeOfAll(bucket);
      if (!change?.some((count) => count !== 0)) continue;
      upsert.run(minute, ...change);
      const messages = change.reduce((sum, count) => sum + count, 0);
      if (messages < 0) removeEmpty.run(minute);
    }
  };
}
