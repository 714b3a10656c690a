import { join } from "node:path";
import { openEngine } from "../../src/store/open.ts";
import { tempDir } from "../support/temp-dir.ts";
import type { TestDatabase } from "./events.ts";

/** Every engine; each must pass the contract tests. */
export const ENGINES: readonly {
  readonly name: string;
  /** Doesn't create anything yet. */
  readonly newDatabase: () => Promise<TestDatabase>;
}[] = [{ name: "SQLite", newDatabase: sqliteDatabase }];

async function sqliteDatabase(): Promise<TestDatabase> {
  const folder = tempDir();
  return {
    engine: openEngine(join(folder.path, "smsledger.db")),
    async [Symbol.asyncDispose]() {
      folder[Symbol.dispose]();
    },
  };
}
