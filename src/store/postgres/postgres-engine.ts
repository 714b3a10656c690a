import type { Engine } from "../engine.ts";
import { StoreUnusable } from "../store.ts";
import { databaseFacts } from "./connection/database-facts.ts";
import { openForServer } from "./postgres-store.ts";

/** The PostgreSQL database at `databaseUrl`. What a server doesn't need is loaded when it is first asked for. */
export function postgresEngine(databaseUrl: string, file?: string): Engine {
  return {
    ...databaseFacts(databaseUrl),
    async exists() {
      const { hasTables } = await import("./beside.ts");
      return hasTables(databaseUrl);
    },
    openForServer: (options) => openForServer(databaseUrl, options, file),
    async openForReading() {
      const { openReader } = await import("./beside.ts");
      return openReader(databaseUrl);
    },
    async openForCommand(options) {
      const { openCommandStores } = await import("./beside.ts");
      return openCommandStores(databaseUrl, options?.mayCreate);
    },
    isUnusedBackup: async () => false,
    check: () =>
      Promise.reject(
        new StoreUnusable(
          "This version can't check a PostgreSQL database yet.",
        ),
      ),
    get backups(): never {
      throw new StoreUnusable(
        "A PostgreSQL database is backed up and restored with its own tools: pg_dump and pg_restore, or base backups with pg_basebackup.",
      );
    },
  };
}
