import { existsSync } from "node:fs";
import type { Engine } from "../engine.ts";
import { databaseFacts } from "./connection/database-facts.ts";
import { databasePath } from "./connection/database-file.ts";
import { openForServer } from "./sqlite-store.ts";

/** SQLite in `file`. What a server doesn't need is loaded when it is first asked for. */
export function sqliteEngine(file: string): Engine {
  return {
    ...databaseFacts(file),
    exists: async () => existsSync(file),
    openForServer: (options) => openForServer(file, options),
    async openForReading() {
      const { openReader } = await import("./beside.ts");
      return openReader(file);
    },
    async openForCommand(options) {
      const { openCommandStores } = await import("./beside.ts");
      return openCommandStores(file, options?.mayCreate);
    },
    async openCopySource() {
      const { openCopySource } = await import("./copy/copy-source.ts");
      return openCopySource(file);
    },
    async openCopyTarget(ledger) {
      const { openCopyTarget } = await import("./copy/copy-target.ts");
      return openCopyTarget(file, ledger);
    },
    async isUnusedBackup() {
      const { isUnusedCopy } = await import("./connection/read-only.ts");
      return isUnusedCopy(databasePath(file));
    },
    async check(circumstances) {
      const { checkDatabase } = await import("./check/check.ts");
      return checkDatabase(file, circumstances);
    },
    backups: {
      async write(copy) {
        const { writeBackup } = await import("./backup/backup.ts");
        return writeBackup(file, copy);
      },
      async removeUnfinished(folder, isOurs) {
        const { removeUnfinishedIn } = await import("./backup/durable-file.ts");
        removeUnfinishedIn(folder, isOurs);
      },
      async restore(backup, now, beforeSwap) {
        const { restoreBackup } = await import("./backup/restore.ts");
        return restoreBackup(backup, file, now, beforeSwap);
      },
      async removeLeftover() {
        const { removeLeftOver } = await import("./backup/durable-file.ts");
        removeLeftOver(file);
      },
    },
  };
}
