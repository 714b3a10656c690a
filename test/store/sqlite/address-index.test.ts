import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { join } from "node:path";
import { openSqliteStore } from "../../../src/store/sqlite/sqlite-store.ts";
import { tempDir } from "../../support/temp-dir.ts";

test("names are found by an index that holds no numbers", async () => {
  using folder = tempDir();
  const file = join(folder.path, "smsledger.db");
  const store = await openSqliteStore(file, (error) => {
    throw error;
  });
  await store.close();
  using db = new Database(file);
  const plan = db
    .query<{ detail: string }, []>(
      `EXPLAIN QUERY PLAN SELECT id FROM addresses
         WHERE (addresses.last_digits IS NULL AND addresses.address >= 'zeus' COLLATE NOCASE
           AND addresses.address < 'zeut' COLLATE NOCASE) LIMIT 1001`,
    )
    .all()
    .map(({ detail }) => detail);
  expect(plan).toEqual([
    "SEARCH addresses USING INDEX addresses_names (address>? AND address<?)",
  ]);
  const add = db.prepare(
    "INSERT INTO addresses (address, last_digits) VALUES (?, ?)",
  );
  const addNumbers = db.transaction(() => {
    for (let index = 0; index < 10_000; index++)
      add.run(`+1415555${index}`, index);
  });
  addNumbers();
  const pages = db
    .query<{ pages: number }, []>(
      "SELECT count(*) AS pages FROM dbstat WHERE name = 'addresses_names'",
    )
    .get();
  expect(pages).toEqual({ pages: 1 });
});
