import type { Database } from "bun:sqlite";
import {
  dimensionAndCode,
  type Bucket,
  type Change,
  type Key,
} from "../../core/rollup-changes.ts";

/** Columns of a row's primary key: grain, bucket, dimension, error code, key. */
type RowKey = [number, number, number, number, Key];

/** Returns a function that adds the changes of one bucket to its rows in the table `rollups`. */
export function createRollupRows(db: Database) {
  const upsert = db.prepare<unknown, [...RowKey, ...Change]>(
    `INSERT INTO rollups VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
       sent = sent + excluded.sent, failed = failed + excluded.failed,
       undelivered = undelivered + excluded.undelivered,
       delivered = delivered + excluded.delivered, read = read + excluded.read`,
  );
  const removeEmpty = db.prepare<unknown, RowKey>(
    `DELETE FROM rollups WHERE grain = ? AND bucket = ? AND dimension = ? AND error_code = ? AND key = ?
       AND sent = 0 AND failed = 0 AND undelivered = 0 AND delivered = 0 AND read = 0`,
  );
  return (grain: number, at: number, bucket: Bucket): void => {
    for (const [group, changes] of bucket) {
      const [dimension, errorCode] = dimensionAndCode(group);
      for (const [
        key,
        [sent, failed, undelivered, delivered, read],
      ] of changes) {
        if (!(sent || failed || undelivered || delivered || read)) continue;
        upsert.run(
          grain,
          at,
          dimension,
          errorCode,
          key,
          sent,
          failed,
          undelivered,
          delivered,
          read,
        );
        // A row that lost no message is not empty.
        if (sent + failed + undelivered + delivered + read < 0)
          removeEmpty.run(grain, at, dimension, errorCode, key);
      }
    }
  };
}
