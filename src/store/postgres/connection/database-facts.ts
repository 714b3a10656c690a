import type { DatabaseFacts } from "../../database-facts.ts";
import { SCHEMA_VERSION } from "../migrations/migrations.ts";
import { openPool } from "./pool.ts";
import { placeOf, postgresSettings } from "./settings.ts";

/** The server's disk isn't seen from here; see the server's own monitoring. */
export function databaseFacts(databaseUrl: string): DatabaseFacts {
  const settings = postgresSettings(databaseUrl);
  return {
    place: placeOf(settings),
    name: settings.database,
    schemaVersion: SCHEMA_VERSION,
    async space() {
      const pool = openPool(settings, { max: 1 });
      try {
        const [size] = await pool.use(({ query }) =>
          query<{ bytes: number }>(
            "SELECT pg_database_size(current_database()) AS bytes",
          ),
        );
        return { bytes: size?.bytes, logBytes: undefined, disk: undefined };
      } catch {
        return { bytes: undefined, logBytes: undefined, disk: undefined };
      } finally {
        await pool.close();
      }
    },
  };
}
