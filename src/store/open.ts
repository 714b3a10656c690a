import type { Engine } from "./engine.ts";
import { sqliteEngine } from "./sqlite/sqlite-engine.ts";

/** The engine for a database's address, as DATABASE_URL gives it. Opens nothing yet. */
export function openEngine(databaseUrl: string): Engine {
  return sqliteEngine(databaseUrl);
}
