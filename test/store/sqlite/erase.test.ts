import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openEngine } from "../../../src/store/open.ts";
import { openStore } from "../../support/open-store.ts";
import { tempDir } from "../../support/temp-dir.ts";
import { DIGITS, recordNumberEverywhere } from "../number-everywhere.ts";
import { strayRows } from "./stray-rows.ts";

test("no byte of an erased number is left in the database file, and no row refers to a missing one", async () => {
  using folder = tempDir();
  const file = join(folder.path, "smsledger.db");
  const store = await openStore(file);
  await recordNumberEverywhere(store);
  await store.close();
  const bytes = () => readFileSync(file).toString("latin1");
  expect(bytes()).toContain("4155550123");
  const command = await openEngine(file).openForCommand();
  await command.upkeep.erase(DIGITS);
  await command.close();
  expect(bytes()).not.toContain("4155550123");
  expect(bytes()).not.toContain("415 555 0123");
  expect(bytes()).not.toContain("415-555-0123");
  using db = new Database(file, { readonly: true });
  expect(strayRows(db)).toEqual([]);
});
