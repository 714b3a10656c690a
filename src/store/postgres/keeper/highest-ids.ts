import type { Connection } from "../connection/pool.ts";

type Table =
  "events" | "messages" | "addresses" | "sids" | "post_shapes" | "tags";

export type HighestIds = ReturnType<typeof createHighestIds>;

/** Reads the highest id that each table ever had. */
export async function readHighestIds(query: Connection["query"]) {
  const rows = await query<{ name: string; id: number }>(
    "SELECT name, id FROM highest_ids",
  );
  return createHighestIds(new Map(rows.map(({ name, id }) => [name, id])));
}

/** Gives new rows ids, one after another, that no row has had. */
function createHighestIds(ids: Map<string, number>) {
  return {
    last: (table: Table): number => ids.get(table) ?? 0,
    next(table: Table): number {
      const id = (ids.get(table) ?? 0) + 1;
      ids.set(table, id);
      return id;
    },
    /** Notes an id that was given otherwise. */
    reach(table: Table, id: number): void {
      ids.set(table, Math.max(id, ids.get(table) ?? 0));
    },
    all: () => [...ids].map(([name, id]) => ({ name, id })),
  };
}
