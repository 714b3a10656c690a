import { Database, SQLiteError } from "bun:sqlite";
import { dirname } from "node:path";
import {
  NUMBERED_TABLES,
  RECORDED_TABLES,
  SIGNS_OF_USE,
} from "../../copy/copied-tables.ts";
import { inSpan } from "../../copy/span-sql.ts";
import {
  ValueTaken,
  type CopiedGroup,
  type CopyTarget,
  type HighestIds,
  type Span,
  type SpanRows,
} from "../../copying.ts";
import { StoreUnusable } from "../../store.ts";
import {
  databasePath,
  giveToFolderOwner,
  makeFolder,
} from "../connection/database-file.ts";
import { lockForServer } from "../connection/server-lock.ts";
import { unusable } from "../connection/unusable.ts";
import { valueOf } from "../connection/values.ts";
import { prepareForWriting } from "../connection/writing-connection.ts";
import {
  APPLICATION_ID,
  SCHEMA_VERSION,
  UNFINISHED_COPY,
} from "../migrations/migrations.ts";
import {
  columnsIn,
  digestSpan,
  highestIds,
  otherSideBegins,
  readSpan,
  storable,
} from "./copied-rows.ts";

/** Opens the database in `file`, which is new or an unfinished copy of this ledger, to copy the ledger into it. */
export function openCopyTarget(file: string, ledger: string): CopyTarget {
  const path = databasePath(file);
  makeFolder(dirname(path));
  const lock = lockForServer(path);
  let db: Database | undefined;
  try {
    db = openUnfinished(path, ledger);
    giveToFolderOwner(path);
  } catch (error) {
    db?.close();
    lock.undo();
    throw unusable(path, error);
  }
  const own = db;
  const columns = columnsIn(own);
  const use = <T>(work: () => T): Promise<T> => {
    try {
      return Promise.resolve(work());
    } catch (error) {
      return Promise.reject(
        isTaken(error) ? new ValueTaken() : unusable(path, error),
      );
    }
  };
  return {
    columns,
    stored: (_, row) => row,
    read: (group, span) => use(() => readSpan(own, columns, group, span)),
    async digest(group, span) {
      await otherSideBegins();
      return use(() => digestSpan(own, columns, group, span));
    },
    highestIds: () => use(() => highestIds(own)),
    replace: (group, span, rows) =>
      use(() =>
        own.transaction(() => {
          clear(own, group, span);
          insert(own, columns, group, rows);
        })(),
      ),
    clearAfter: (group, after) =>
      use(() => clear(own, group, { after, until: undefined })),
    admitServers: async () => false,
    finish: (ids) => use(() => finish(own, ids)),
    async close() {
      own.close();
      lock.release();
    },
  };
}

/**
 * Until it's finished, a copy has an id in its header by which every version refuses to use
 * it. What is lost in a crash of the system is copied again.
 */
function openUnfinished(path: string, ledger: string): Database {
  const db = new Database(path, {
    create: true,
    readwrite: true,
    strict: true,
  });
  try {
    if (valueOf(db, "PRAGMA application_id") !== UNFINISHED_COPY) {
      prepareForWriting(db);
      begin(db, path, ledger);
    }
    if (
      valueOf(db, "SELECT id FROM ledger") !== ledger ||
      valueOf(db, "PRAGMA user_version") !== SCHEMA_VERSION
    )
      throw new StoreUnusable(
        `${path} is an unfinished copy of another ledger, or of another version of smsledger. Delete it, or give the path of a new file.`,
      );
    db.run("PRAGMA secure_delete = ON");
    db.run("PRAGMA synchronous = NORMAL");
    db.run("PRAGMA foreign_keys = OFF");
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function begin(db: Database, path: string, ledger: string): void {
  for (const table of SIGNS_OF_USE)
    if (valueOf(db, `SELECT 1 FROM ${table} LIMIT 1`) !== undefined)
      throw new StoreUnusable(
        `${path} has a ledger already, and nothing was changed in it. Give the path of a new file.`,
      );
  db.transaction(() => {
    db.run("UPDATE ledger SET id = ?", [ledger]);
    db.run(`PRAGMA application_id = ${UNFINISHED_COPY}`);
  }).immediate();
}

function clear(db: Database, group: CopiedGroup, span: Span): void {
  for (const table of group.toReversed())
    db.run(`DELETE FROM ${table.name} WHERE ${inSpan(table, span)}`);
}

function insert(
  db: Database,
  columns: ReadonlyMap<string, readonly string[]>,
  group: CopiedGroup,
  rows: SpanRows,
): void {
  group.forEach(({ name }, place) => {
    const names = columns.get(name) ?? [];
    using statement = db.prepare(
      `INSERT INTO ${name} (${names.join()}) VALUES (${names.map(() => "?").join()})`,
    );
    for (const row of rows[place] ?? [])
      statement.run(
        ...row.map((value, index) => storable(name, names[index] ?? "", value)),
      );
  });
}

function finish(db: Database, ids: HighestIds): void {
  db.run("PRAGMA synchronous = FULL");
  db.transaction(() => {
    for (const name of RECORDED_TABLES)
      db.run("INSERT OR REPLACE INTO highest_ids VALUES (?, ?)", [
        name,
        ids[name] ?? 0,
      ]);
    for (const name of ["events", ...NUMBERED_TABLES]) {
      db.run("DELETE FROM sqlite_sequence WHERE name = ?", [name]);
      db.run("INSERT INTO sqlite_sequence VALUES (?, ?)", [
        name,
        ids[name] ?? 0,
      ]);
    }
    db.run(`PRAGMA application_id = ${APPLICATION_ID}`);
  }).immediate();
  db.run("PRAGMA wal_checkpoint(TRUNCATE)");
}

function isTaken(error: unknown): boolean {
  return (
    error instanceof SQLiteError &&
    /^SQLITE_CONSTRAINT_(?:UNIQUE|PRIMARYKEY)$/.test(error.code ?? "")
  );
}
