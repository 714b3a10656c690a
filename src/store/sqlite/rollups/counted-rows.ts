import type { Database } from "bun:sqlite";
import { EVENT_STATUSES } from "../../../twilio/status.ts";
import type { Change } from "../../core/rollup-changes.ts";

/** Ends an INSERT: the counts are added to those of the row with the same key. */
export const ADD_TO_COUNTS = `ON CONFLICT DO UPDATE SET ${EVENT_STATUSES.map(
  (status) => `${status} = ${status} + excluded.${status}`,
).join(", ")}`;

/**
 * Returns a function that adds changes to the counts of a row, which may not exist yet. A
 * row whose counts all reach 0 is deleted.
 */
export function createCountedRows<Key extends (number | string)[]>(
  db: Database,
  table: string,
  keyColumns: { readonly [Column in keyof Key]: string },
) {
  const values = [...keyColumns, ...EVENT_STATUSES].map(() => "?").join(", ");
  const add = db.prepare<unknown, (number | string)[]>(
    `INSERT INTO ${table} VALUES (${values}) ${ADD_TO_COUNTS}`,
  );
  const isRow = keyColumns.map((column) => `${column} = ?`);
  const isEmpty = EVENT_STATUSES.map((status) => `${status} = 0`);
  const removeEmpty = db.prepare<unknown, (number | string)[]>(
    `DELETE FROM ${table} WHERE ${[...isRow, ...isEmpty].join(" AND ")}`,
  );
  return (change: Change, ...key: Key): void => {
    const [sent, failed, undelivered, delivered, read] = change;
    if (!(sent || failed || undelivered || delivered || read)) return;
    add.run(...key, ...change);
    // Only a row that lost a message can be empty.
    if (sent + failed + undelivered + delivered + read < 0)
      removeEmpty.run(...key);
  };
}
