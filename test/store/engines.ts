import { join } from "node:path";
import { openEngine } from "../../src/store/open.ts";
import { tempDir } from "../support/temp-dir.ts";
import type { TestDatabase } from "./events.ts";

/** Doesn't create anything yet. */
export const ENGINES: readonly {
  readonly name: string;
  /** A database of one engine, which is deleted when this is disposed of. */
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
