import { Database } from "bun:sqlite";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { migrate } from "../../../src/store/sqlite/migrations/migrations.ts";
import { openStore } from "../../support/open-store.ts";
import { tempDir } from "../../support/temp-dir.ts";
import type { HistoryWishes } from "./history.ts";

/** The end of every history: noon on a Monday. */
export const HISTORY_UNTIL = Date.parse("2026-11-23T12:00:00Z");

/** Resolves to the file of such a history in `folder`, reusing one that has this schema. */
export async function ensureHistory(
  folder: string,
  { messages, days, seed }: HistoryWishes,
): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `history-${messages}-${days}d-seed${seed}.db`);
  if (existsSync(file) && canBeUsed(file)) return file;
  console.log(`making ${file}`);
  // A separate process, because recording in this one would leave the file open.
  const maker = Bun.spawn(
    [
      process.execPath,
      join(import.meta.dir, "../make-history.ts"),
      file,
      `--messages=${messages}`,
      `--days=${days}`,
      `--seed=${seed}`,
    ],
    { stdout: "inherit", stderr: "inherit" },
  );
  if ((await maker.exited) !== 0) throw new Error("Can't make the history.");
  return file;
}

/** Removes a database and the files that SQLite keeps with it. */
export function removeDatabase(file: string): void {
  for (const end of ["", "-wal", "-shm", "-journal", "-lock"])
    rmSync(file + end, { force: true });
}

/** Creates an empty database as the program does, and closes it. */
export async function makeEmpty(file: string): Promise<void> {
  using folder = tempDir();
  const made = join(folder.path, "empty.db");
  const store = await openStore(made);
  await store.close();
  const db = new Database(made);
  db.run("VACUUM INTO ?", [file]);
  db.close();
}

/**
 * Returns the columns of all tables and indexes; the statements that created them may
 * differ.
 */
function schemaOf(db: Database): string {
  using statement = db.prepare<unknown, []>(
    `SELECT made.name, columns.name FROM sqlite_schema AS made, pragma_table_info(made.name) AS columns
     UNION ALL
     SELECT made.name, columns.name FROM sqlite_schema AS made, pragma_index_info(made.name) AS columns
     ORDER BY 1, 2`,
  );
  return JSON.stringify(statement.values());
}

/** Reports whether an older file, once upgraded by the program, has this version's schema. */
function canBeUsed(file: string): boolean {
  using db = new Database(file);
  migrate(db);
  using empty = new Database(":memory:");
  migrate(empty);
  return schemaOf(db) === schemaOf(empty);
}
