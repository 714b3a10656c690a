import type { Transactions } from "../connection/transactions.ts";

/** Maximum entries of one cache; when it's full, it starts over. */
const CACHE_ENTRIES_MAX = 100_000;

/** Values that are stored once and referred to by id. */
export type Interned<T, K = string> = {
  get(key: K): T;
  /** Caches a value that the caller knows. */
  put(key: K, value: T): void;
  /** Removes a value that no longer holds. */
  drop(key: K): void;
};

/** Caches what `find` returns; `find` runs inside the caller's transaction. */
export function interned<T, K = string>(
  { onStale }: Transactions,
  find: (key: K) => T,
): Interned<T, K> {
  const cache = new Map<K, T>();
  onStale(() => cache.clear());
  const put = (key: K, value: T): void => {
    if (cache.size >= CACHE_ENTRIES_MAX) cache.clear();
    cache.set(key, value);
  };
  return {
    get(key) {
      const known = cache.get(key);
      if (known !== undefined) return known;
      const value = find(key);
      put(key, value);
      return value;
    },
    put,
    drop: (key) => void cache.delete(key),
  };
}

/** The ids of the texts in `table.column`; a new text is added. */
export function internedColumn(
  transactions: Transactions,
  table: string,
  column: string,
): Interned<number> {
  const { db } = transactions;
  const find = db.prepare<{ id: number }, [string]>(
    `SELECT id FROM ${table} WHERE ${column} = ?`,
  );
  const add = db.prepare<unknown, [string]>(
    `INSERT INTO ${table} (${column}) VALUES (?)`,
  );
  return interned(
    transactions,
    (text) => find.get(text)?.id ?? Number(add.run(text).lastInsertRowid),
  );
}
