import type { Transactions } from "../connection/transactions.ts";

const DAY_MS = 86_400_000;

/**
 * Keeps the day since 1970 of the latest event that has each row of `named`, or a later
 * day, and removes rows that no event has any more. Events have no index by either: this
 * tells retention without a scan when the last event with one has been deleted.
 */
export function createLastDays(
  { db, onStale }: Transactions,
  table: "sid_days" | "shape_days",
  named: "sids" | "post_shapes",
) {
  const put = db.prepare<unknown, [number, number]>(
    `INSERT INTO ${table} VALUES (?, ?)
       ON CONFLICT DO UPDATE SET last_day = max(last_day, excluded.last_day)`,
  );
  const removeNamed = db.prepare<unknown, [number]>(
    `DELETE FROM ${named} WHERE id IN (SELECT id FROM ${table} WHERE last_day < ?)`,
  );
  const remove = db.prepare<unknown, [number]>(
    `DELETE FROM ${table} WHERE last_day < ?`,
  );
  /** The days in the table, by id. */
  const known = new Map<number, number>();
  onStale(() => known.clear());
  return {
    note(id: number, receivedAt: number): void {
      const day = Math.floor(receivedAt / DAY_MS);
      if ((known.get(id) ?? -1) >= day) return;
      put.run(id, day);
      known.set(id, day);
    },
    /** Removes rows that only events received before `before` (milliseconds since 1970) have. */
    removeUnused(before: number): void {
      const day = Math.floor(before / DAY_MS);
      removeNamed.run(day);
      remove.run(day);
    },
  };
}
