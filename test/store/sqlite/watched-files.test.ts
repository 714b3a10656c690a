import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { createLogCopying } from "../../../src/store/sqlite/writer/log-copying.ts";
import { watchFiles } from "../../../src/store/sqlite/connection/watched-files.ts";
import { tempDir } from "../../support/temp-dir.ts";

test("a reused log that was truncated before SQLite wrote to it again has lost something", () => {
  using folder = tempDir();
  const file = join(folder.path, "a.db");
  using db = new Database(file);
  db.run("PRAGMA journal_mode = WAL");
  db.run("PRAGMA wal_autocheckpoint = 0");
  db.run("CREATE TABLE texts (text BLOB)");
  const write = (pages: number) => {
    db.run("INSERT INTO texts VALUES (zeroblob(?))", [pages * 4_000]);
  };
  const { copy, needed } = createLogCopying(db, 1_000);
  const watched = watchFiles(file, needed);
  write(100);
  watched.requireInPlace();
  copy("PASSIVE");
  write(30);
  watched.requireInPlace();
  const { size } = statSync(`${file}-wal`);

  truncateSync(`${file}-wal`, 8_192);
  write(1);

  expect(statSync(`${file}-wal`).size).toBeLessThan(size);
  expect(() => watched.requireInPlace()).toThrow(/cut .* short/);
  watched.close();
});
