import type { Transactions } from "../connection/transactions.ts";

/**
 * Gives new rows ids that no row has had, even if the latest rows were deleted: a link or
 * an open page that names an old id must never show another row.
 */
export function createFreshIds(
  { db, onStale }: Transactions,
  table: "messages" | "addresses",
) {
  const find = db.prepare<{ id: number }, []>(
    `SELECT max(ifnull((SELECT max(id) FROM ${table}), 0),
       ifnull((SELECT id FROM highest_ids WHERE name = '${table}'), 0)) AS id`,
  );
  const keep = db.prepare(
    `INSERT INTO highest_ids SELECT '${table}', id FROM ${table} WHERE id = (SELECT max(id) FROM ${table})
       ON CONFLICT DO UPDATE SET id = excluded.id WHERE excluded.id > id`,
  );
  let latest: number | undefined;
  onStale(() => {
    latest = undefined;
  });
  const last = (): number => (latest ??= find.get()?.id ?? 0);
  return {
    /** The highest id that a row ever had, or 0. */
    last,
    next: (): number => (latest = last() + 1),
    /** Call this before rows are deleted. */
    keep: () => void keep.run(),
  };
}
