import { join } from "node:path";
import { openEngine } from "../../src/store/open.ts";
import { postgresEngine } from "../../src/store/postgres/postgres-engine.ts";
import {
  newPostgresDatabase,
  newPostgresLedger,
} from "../support/postgres-server.ts";
import { tempDir } from "../support/temp-dir.ts";
import type { TestDatabase } from "./events.ts";

type TestedEngine = {
  readonly name: string;
  /** Doesn't create anything yet. */
  readonly newDatabase: () => Promise<TestDatabase>;
  /** The same, or one with the tables of a new ledger, where making them takes long. */
  readonly newLedger: () => Promise<TestDatabase>;
  /** How many of the cases of a property are tried. */
  readonly shareOfRuns: number;
};

const SQLITE: TestedEngine = {
  name: "SQLite",
  newDatabase: sqliteDatabase,
  newLedger: sqliteDatabase,
  shareOfRuns: 1,
};

const POSTGRES: TestedEngine = {
  name: "PostgreSQL",
  newDatabase: () => postgresDatabase(newPostgresDatabase()),
  newLedger: () => postgresDatabase(newPostgresLedger()),
  // The cases are the same; each takes many times as long, as a query is a round trip.
  shareOfRuns: 0.2,
};

/** Every engine; each must pass the contract tests. */
export const ENGINES: readonly TestedEngine[] = [SQLITE, POSTGRES];

async function sqliteDatabase(): Promise<TestDatabase> {
  const folder = tempDir();
  return {
    engine: openEngine(join(folder.path, "smsledger.db")),
    async [Symbol.asyncDispose]() {
      folder[Symbol.dispose]();
    },
  };
}

async function postgresDatabase(
  created: ReturnType<typeof newPostgresDatabase>,
): Promise<TestDatabase> {
  const { url, [Symbol.asyncDispose]: drop } = await created;
  return { engine: postgresEngine(url), [Symbol.asyncDispose]: drop };
}
