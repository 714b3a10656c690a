import type { Database } from "bun:sqlite";

/** Entries kept in memory per kind; past it the cache starts anew. */
const CACHE_ENTRIES_MAX = 100_000;

/** Values that are stored once and referred to by id. */
export type Interned<T, K = string> = {
  get(key: K): T;
  /** Forgets the cache; to be called when the transaction that may have added to it is rolled back. */
  forget(): void;
};

/**
 * What `find` or else `add` says of a key, remembered. Both run inside the caller's
 * transaction.
 */
export function interned<T, K = string>(
  find: (key: K) => T | null,
  add: (key: K) => T,
): Interned<T, K> {
  const cache = new Map<K, T>();
  return {
    get(key) {
      const known = cache.get(key);
      if (known !== undefined) return known;
      const entry = find(key) ?? add(key);
      if (cache.size >= CACHE_ENTRIES_MAX) cache.clear();
      cache.set(key, entry);
      return entry;
    },
    forget() {
      cache.clear();
    },
  };
}

/** Interns the texts of `table.column`. */
export function internedColumn(
  db: Database,
  table: string,
  column: string,
): Interned<number> {
  const find = db.prepare<{ id: number }, [string]>(
    `SELECT id FROM ${table} WHERE ${column} = ?`,
  );
  const add = db.prepare<unknown, [string]>(
    `INSERT INTO ${table} (${column}) VALUES (?)`,
  );
  return interned(
    (text) => find.get(text)?.id ?? null,
    (text) => Number(add.run(text).lastInsertRowid),
  );
}
