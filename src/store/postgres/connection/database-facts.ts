import type { DatabaseFacts, Space } from "../../database-facts.ts";
import { SCHEMA_VERSION } from "../migrations/migrations.ts";
import { openPool, type Pool } from "./pool.ts";
import { placeOf, type PostgresSettings } from "./settings.ts";

const UNKNOWN: Space = {
  bytes: undefined,
  logBytes: undefined,
  disk: undefined,
};

/** Reads its size through a pool, or else through a connection of its own. */
export function databaseFacts(
  settings: PostgresSettings,
  pool?: Pool,
): DatabaseFacts {
  return {
    place: placeOf(settings),
    name: settings.database,
    isOnServer: true,
    schemaVersion: SCHEMA_VERSION,
    async space() {
      const own = pool ?? openPool(settings, { max: 1 });
      try {
        return { ...UNKNOWN, bytes: await databaseBytes(own) };
      } catch {
        return UNKNOWN;
      } finally {
        if (own !== pool) await own.close();
      }
    },
  };
}

async function databaseBytes(pool: Pool): Promise<number | undefined> {
  const [size] = await pool.use(({ query }) =>
    query<{ bytes: number }>(
      "SELECT pg_database_size(current_database()) AS bytes",
    ),
  );
  return size?.bytes;
}
