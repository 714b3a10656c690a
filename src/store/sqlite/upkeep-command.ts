import type { Database } from "bun:sqlite";
import type { AuditEntry } from "../audit.ts";
import { StoreUnavailable, StoreUnusable } from "../store.ts";
import type { ClockReading, UpkeepStore } from "../upkeep.ts";
import { clockReading } from "./clock-record.ts";
import { databasePath } from "./database-file.ts";
import { erase, findNumber, prune, type DoStep } from "./long-work.ts";
import { openDatabaseForReading } from "./read-connection.ts";
import { createRecorder } from "./recorder.ts";
import { explainOpenError, explainSqliteError } from "./sqlite-errors.ts";
import { write } from "./writes.ts";
import { openDatabaseForCommand } from "./writing-connection.ts";

/** What tells whether the clock that says `now` is right; nothing is written. Throws StoreUnusable. */
export function clockOf(file: string, now: number): ClockReading {
  using db = openDatabaseForReading(databasePath(file));
  return clockReading(db, now);
}

type LongWorks = Pick<UpkeepStore, "prune" | "findNumber" | "erase">;

/**
 * Opens the database in `file` for a command's long work on messages, also beside a
 * server, whose writer takes turns with each step. Throws StoreUnusable.
 */
export function openForUpkeep(file: string): LongWorks & {
  addAuditEntry(entry: AuditEntry): void;
  close(): void;
} {
  const db = openDatabaseForCommand(databasePath(file));
  // Steps need not be on disk one by one: the log's end at close brings all there.
  db.run("PRAGMA synchronous = NORMAL");
  const recorder = recorderOf(db);
  const doStep: DoStep = async (name, input) => {
    try {
      return recorder.step(name, input);
    } catch (error) {
      const reason = explainSqliteError(error);
      if (reason === undefined) throw error;
      throw new StoreUnavailable(reason, { cause: error });
    }
  };
  return {
    prune: (before, work) => prune(doStep, before, work),
    findNumber: (digits, work) => findNumber(doStep, digits, work),
    erase: (digits, work) => erase(doStep, digits, work),
    addAuditEntry: (entry) => write(db, "addAuditEntry", entry),
    close() {
      // What was deleted is in the log's older pages too, which go with this.
      db.run("PRAGMA wal_checkpoint(TRUNCATE)");
      db.close();
    },
  };
}

/** Throws StoreUnusable when a table or index that it needs is not there. */
function recorderOf(db: Database): ReturnType<typeof createRecorder> {
  try {
    return createRecorder(db);
  } catch (error) {
    db.close();
    const reason = explainOpenError(error);
    if (reason === undefined) throw error;
    throw new StoreUnusable(reason, { cause: error });
  }
}
