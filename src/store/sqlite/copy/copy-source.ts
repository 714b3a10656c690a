import { Database } from "bun:sqlite";
import { Mistake } from "../../../log/failure.ts";
import type { CopySource } from "../../copying.ts";
import {
  databasePath,
  requireDatabaseFile,
} from "../connection/database-file.ts";
import { openDatabaseForReading } from "../connection/read-connection.ts";
import {
  lockForServer,
  ServedByAnother,
  type ServerLock,
} from "../connection/server-lock.ts";
import { unusable } from "../connection/unusable.ts";
import { valueOf } from "../connection/values.ts";
import {
  columnsIn,
  countRows,
  digestSpan,
  otherSideBegins,
  endOfSpan,
  highestIds,
  readSpan,
} from "./copied-rows.ts";

/** How long holding a database waits for a command's write. */
const BUSY_TIMEOUT_MS = 10_000;

/** Opens the database in `file` to copy its ledger, also while a server runs. */
export function openCopySource(file: string): CopySource {
  const path = databasePath(file);
  requireDatabaseFile(path);
  let db: Database | undefined = openDatabaseForReading(path);
  let lock: ServerLock | undefined;
  const columns = columnsIn(db);
  const ledger = String(valueOf(db, "SELECT id FROM ledger"));
  const use = <T>(work: (own: Database) => T): Promise<T> => {
    try {
      db ??= openDatabaseForReading(path);
      return Promise.resolve(work(db));
    } catch (error) {
      return Promise.reject(unusable(path, error));
    }
  };
  return {
    ledger,
    columns,
    endOfSpan: (table, after, rows) =>
      use((own) => endOfSpan(own, table, after, rows)),
    count: (table) => use((own) => countRows(own, table)),
    read: (group, span) => use((own) => readSpan(own, columns, group, span)),
    async digest(group, span) {
      await otherSideBegins();
      return use((own) => digestSpan(own, columns, group, span));
    },
    highestIds: () => use(highestIds),
    hold() {
      if (lock) throw new Mistake("The source is held already.");
      // A lock that isn't given ends SQLite's own locks of this process; see `lockDatabase`.
      db?.close();
      db = undefined;
      try {
        lock = lockForServer(path);
      } catch (error) {
        if (error instanceof ServedByAnother) return Promise.resolve(false);
        return Promise.reject(error);
      }
      return use(() => {
        db?.close();
        db = holdStill(path);
        return true;
      });
    },
    async close() {
      db?.close();
      lock?.release();
    },
  };
}

/** Opens a database so that nobody else, such as a command, can write to it. */
function holdStill(path: string): Database {
  const db = new Database(path, { readwrite: true, strict: true });
  try {
    db.run(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    db.run("BEGIN IMMEDIATE");
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
