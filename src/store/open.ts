import type { Engine } from "./engine.ts";
import { sqliteEngine } from "./sqlite/sqlite-engine.ts";

/** Returns the engine for a DATABASE_URL. Doesn't open anything yet. */
export function openEngine(databaseUrl: string): Engine {
  return sqliteEngine(databaseUrl);
}
