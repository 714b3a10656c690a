import type { Engine } from "./engine.ts";
import { isPostgresUrl } from "../config/setting-values.ts";
import { sqliteEngine } from "./sqlite/sqlite-engine.ts";
import { postgresEngine } from "./postgres/postgres-engine.ts";

/**
 * Returns the engine for a DATABASE_URL. Doesn't open anything yet. If a password changes, it
 * is read again from `file`. Throws StoreUnusable for an address that can't be read.
 */
export function openEngine(databaseUrl: string, file?: string): Engine {
  return isPostgresUrl(databaseUrl)
    ? postgresEngine(databaseUrl, file)
    : sqliteEngine(databaseUrl);
}
