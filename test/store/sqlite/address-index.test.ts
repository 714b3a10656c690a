import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { join } from "node:path";
import {
  DummyDriver,
  Kysely,
  sql,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type RawBuilder,
} from "kysely";
import { beginsSo } from "../../../src/store/sql/search/address-search.ts";
import { sqliteDialect } from "../../../src/store/sqlite/dialect.ts";
import { openStore } from "../../support/open-store.ts";
import { tempDir } from "../../support/temp-dir.ts";

/** Compiles queries without running any. */
const queries = new Kysely<unknown>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

test("names and user IDs are found by indexes that numbers and user IDs don't add to", async () => {
  using folder = tempDir();
  const file = join(folder.path, "smsledger.db");
  const store = await openStore(file);
  await store.close();
  using db = new Database(file);
  const plan = (test: RawBuilder<unknown>) => {
    const { sql: text, parameters } = sql`SELECT id FROM addresses
      WHERE ${test} LIMIT 1001`.compile(queries);
    return db
      .query<{ detail: string }, string[]>(`EXPLAIN QUERY PLAN ${text}`)
      .all(...parameters.map(String))
      .map(({ detail }) => detail);
  };
  expect(beginsSo(sqliteDialect, "us.13").map(plan)).toEqual([
    ["SEARCH addresses USING INDEX addresses_names (address>? AND address<?)"],
    [
      "SEARCH addresses USING COVERING INDEX sqlite_autoindex_addresses_1 (address>? AND address<?)",
    ],
  ]);
  expect(beginsSo(sqliteDialect, "zeus")).toHaveLength(1);
  const add = db.prepare(
    "INSERT INTO addresses (address, last_digits) VALUES (?, ?)",
  );
  const addMany = db.transaction(() => {
    for (let index = 0; index < 10_000; index++) {
      add.run(`+1415555${index}`, index);
      add.run(`US.1349120865530274${index}`, null);
    }
  });
  addMany();
  const pages = db
    .query<{ pages: number }, []>(
      "SELECT count(*) AS pages FROM dbstat WHERE name = 'addresses_names'",
    )
    .get();
  expect(pages).toEqual({ pages: 1 });
});
