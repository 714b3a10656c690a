import { Database } from "bun:sqlite";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { migrate } from "../../../src/store/sqlite/migrations.ts";
import { openSqliteStore } from "../../../src/store/sqlite/sqlite-store.ts";
import { tempDir } from "../../support/temp-dir.ts";
import type { HistoryWishes } from "./history.ts";

/** The end of every history: a Monday's noon. */
export const HISTORY_UNTIL = Date.parse("2026-11-23T12:00:00Z");

/** The file of such a history in `folder`; one of this schema that is there is used again. */
export async function ensureHistory(
  folder: string,
  { messages, days, seed }: HistoryWishes,
): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `history-${messages}-${days}d-seed${seed}.db`);
  const current = await currentSchema();
  if (existsSync(file) && schemaOf(file) === current.ofFilled) {
    if (schemaOfOthers(file) !== current.ofOthers) makeTheRestAnew(file);
    return file;
  }
  console.log(`making ${file}`);
  // A process of its own, as what recorded in this one would still have the file open.
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
  if ((await maker.exited) !== 0) throw new Error("The history was not made.");
  return file;
}

/** Removes a database and what SQLite keeps beside it. */
export function removeDatabase(file: string): void {
  for (const end of ["", "-wal", "-shm", "-journal"])
    rmSync(file + end, { force: true });
}

/** Makes a database as the program makes it, with nothing in it; nothing has it open any more. */
export async function makeEmpty(file: string): Promise<void> {
  using folder = tempDir();
  const made = join(folder.path, "empty.db");
  const store = await openSqliteStore(made, (error) => {
    throw error;
  });
  await store.close();
  const db = new Database(made);
  db.run("VACUUM INTO ?", [file]);
  db.close();
}

/** The tables that a history fills, the work of many minutes. */
const FILLED = [
  "addresses",
  "event_repeats",
  "events",
  "failing_recipients",
  "message_hours",
  "message_tags",
  "messages",
  "post_shapes",
  "rollup_clock",
  "rollups",
  "sids",
  "tags",
  "write_checks",
];
/** The schema version in which each of them had its form of today. */
const FILLED_VERSION = 2;

/** Gives an older file the other tables as this version has them. */
function makeTheRestAnew(file: string): void {
  const db = new Database(file);
  using others = db.prepare<{ name: string }, []>(
    `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
       AND name NOT IN (${names(FILLED)})`,
  );
  for (const { name } of others.all()) db.run(`DROP TABLE ${name}`);
  db.run(`PRAGMA user_version = ${FILLED_VERSION}`);
  migrate(db);
  db.close();
}

function names(tables: readonly string[]): string {
  return tables.map((table) => `'${table}'`).join();
}

/** The columns of those tables and of their indexes; the words that made them may differ. */
function schemaOf(file: string): string {
  const db = new Database(file, { readonly: true });
  try {
    using statement = db.prepare<unknown, []>(
      `SELECT made.name, columns.name FROM sqlite_schema AS made, pragma_table_info(made.name) AS columns
         WHERE made.tbl_name IN (${names(FILLED)})
       UNION ALL
       SELECT made.name, columns.name FROM sqlite_schema AS made, pragma_index_info(made.name) AS columns
         WHERE made.tbl_name IN (${names(FILLED)})
       ORDER BY 1, 2`,
    );
    return JSON.stringify(statement.values());
  } finally {
    db.close();
  }
}

/** The words that made the other tables and their indexes. */
function schemaOfOthers(file: string): string {
  const db = new Database(file, { readonly: true });
  try {
    using statement = db.prepare<unknown, []>(
      `SELECT sql FROM sqlite_schema WHERE tbl_name NOT IN (${names(FILLED)}) ORDER BY name`,
    );
    return JSON.stringify(statement.values());
  } finally {
    db.close();
  }
}

/** What the schema of a new database is. */
async function currentSchema() {
  using folder = tempDir();
  const file = join(folder.path, "empty.db");
  await makeEmpty(file);
  return { ofFilled: schemaOf(file), ofOthers: schemaOfOthers(file) };
}
