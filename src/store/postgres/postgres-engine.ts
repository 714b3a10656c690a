import type { Engine } from "../engine.ts";
import { StoreUnusable } from "../store.ts";
import { databaseFacts } from "./connection/database-facts.ts";
import { postgresSettings } from "./connection/settings.ts";
import { openForServer } from "./postgres-store.ts";

/** The PostgreSQL database at `databaseUrl`. What a server doesn't need is loaded when it is first asked for. */
export function postgresEngine(databaseUrl: string, file?: string): Engine {
  return {
    ...databaseFacts(postgresSettings(databaseUrl, file)),
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
    async openCopySource() {
      const { openCopySource } = await import("./copy/copy-source.ts");
      return openCopySource(databaseUrl);
    },
    async openCopyTarget(ledger) {
      const { openCopyTarget } = await import("./copy/copy-target.ts");
      return openCopyTarget(databaseUrl, ledger);
    },
    isUnusedBackup: async () => false,
    async check(circumstances) {
      const { checkDatabase } = await import("./check/check.ts");
      return checkDatabase(postgresSettings(databaseUrl, file), circumstances);
    },
    get backups(): never {
      throw new StoreUnusable(
        "A PostgreSQL database is backed up and restored with its own tools: pg_dump and pg_restore, or base backups with pg_basebackup.",
      );
    },
  };
}
