import type { Database } from "bun:sqlite";

const DAY_MS = 86_400_000;

/**
 * For each row of `named` keeps the day since 1970 of the latest event that has it, or a
 * later one, and removes rows of long ago. Events have no index by either, and there are few
 * of both: so retention knows without a search when the last event that had one is gone.
 */
export function createLastDays(
  db: Database,
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
  /** The days that were written, by id. */
  const known = new Map<number, number>();
  return {
    note(id: number, receivedAt: number): void {
      const day = Math.floor(receivedAt / DAY_MS);
      if ((known.get(id) ?? -1) >= day) return;
      put.run(id, day);
      known.set(id, day);
    },
    /** Removes what no event received at `before`, milliseconds since 1970, or later has. */
    removeUnused(before: number): void {
      const day = Math.floor(before / DAY_MS);
      removeNamed.run(day);
      remove.run(day);
    },
    forget: () => known.clear(),
  };
}
