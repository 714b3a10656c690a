import type { Database } from "bun:sqlite";

/** Entries kept in memory per kind; past it the cache starts anew. */
const CACHE_ENTRIES_MAX = 100_000;

/** Values that are stored once and referred to by id. */
export type Interned<T, K = string> = {
  get(key: K): T;
  /** Puts in what is known anyway. */
  put(key: K, entry: T): void;
  /** Takes out what is no longer there. */
  drop(key: K): void;
  /** To be called when the transaction is rolled back, or another process wrote. */
  forget(): void;
};

/** What `find` says of a key, remembered; it runs inside the caller's transaction. */
export function interned<T, K = string>(find: (key: K) => T): Interned<T, K> {
  const cache = new Map<K, T>();
  const put = (key: K, entry: T): void => {
    if (cache.size >= CACHE_ENTRIES_MAX) cache.clear();
    cache.set(key, entry);
  };
  return {
    get(key) {
      const known = cache.get(key);
      if (known !== undefined) return known;
      const entry = find(key);
      put(key, entry);
      return entry;
    },
    put,
    drop: (key) => void cache.delete(key),
    forget: () => cache.clear(),
  };
}

/** The ids of the texts in `table.column`; a new text is added. */
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
    (text) => find.get(text)?.id ?? Number(add.run(text).lastInsertRowid),
  );
}
