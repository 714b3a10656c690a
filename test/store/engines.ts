import { join } from "node:path";
import type { Engine } from "../../src/store/engine.ts";
import { openEngine } from "../../src/store/open.ts";
import { tempDir } from "../support/temp-dir.ts";

/** A database that isn't there yet, and is gone when this is disposed of. */
type NewDatabase = AsyncDisposable & { readonly engine: Engine };

/** Every engine; each passes the contract's tests. */
export const ENGINES: readonly {
  readonly name: string;
  readonly newDatabase: () => Promise<NewDatabase>;
}[] = [{ name: "SQLite", newDatabase: sqliteDatabase }];

async function sqliteDatabase(): Promise<NewDatabase> {
  const folder = tempDir();
  return {
    engine: openEngine(join(folder.path, "smsledger.db")),
    async [Symbol.asyncDispose]() {
      folder[Symbol.dispose]();
    },
  };
}
