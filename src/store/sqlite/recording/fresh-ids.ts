import type { Database } from "bun:sqlite";

/**
 * Gives new rows ids that no row ever had, though the latest rows may have been deleted:
 * a link or an open page that names an old id must not come to show another row.
 */
export function createFreshIds(db: Database, table: "messages" | "addresses") {
  const find = db.prepare<{ id: number }, []>(
    `SELECT max(ifnull((SELECT max(id) FROM ${table}), 0),
       ifnull((SELECT id FROM highest_ids WHERE name = '${table}'), 0)) AS id`,
  );
  const keep = db.prepare(
    `INSERT INTO highest_ids SELECT '${table}', id FROM ${table} WHERE id = (SELECT max(id) FROM ${table})
       ON CONFLICT DO UPDATE SET id = excluded.id WHERE excluded.id > id`,
  );
  let latest: number | undefined;
  return {
    next(): number {
      latest = (latest ?? find.get()?.id ?? 0) + 1;
      return latest;
    },
    /** To be called before rows are deleted. */
    keep: () => void keep.run(),
    /** To be called when the transaction is rolled back, or another process wrote. */
    forget(): void {
      latest = undefined;
    },
  };
}
