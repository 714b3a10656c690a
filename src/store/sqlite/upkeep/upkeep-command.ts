import type { Database } from "bun:sqlite";
import type { AuditEntry } from "../../audit.ts";
import type { ClockReading, UpkeepStore } from "../../upkeep.ts";
import { clockReading } from "./clock-record.ts";
import { databasePath } from "../connection/database-file.ts";
import { erase, findNumber, prune, type DoStep } from "./long-work.ts";
import { openDatabaseForReading } from "../connection/read-connection.ts";
import { createRecorder } from "../recording/recorder.ts";
import { unusable, unwritable } from "../connection/unusable.ts";
import { write } from "../writer/writes.ts";
import { openDatabaseForCommand } from "../connection/writing-connection.ts";

/** What tells whether the clock that says `now` is right; nothing is written. Throws StoreUnusable. */
export function clockOf(file: string, now: number): ClockReading {
  using db = openDatabaseForReading(databasePath(file));
  return clockReading(db, now);
}

type LongWorks = Pick<UpkeepStore, "prune" | "erase">;

/**
 * Opens the database in `file` for a command's long work on messages, also beside a
 * server, whose writer takes turns with each step. Throws StoreUnusable.
 */
export function openForUpkeep(file: string): LongWorks & {
  addAuditEntry(entry: AuditEntry): void;
  close(): void;
} {
  const path = databasePath(file);
  const db = openDatabaseForCommand(path);
  const { doStep, explain } = stepsOn(path, db);
  return {
    prune: (before, work) => prune(doStep, before, work),
    erase: (address, work) => erase(doStep, address, work),
    addAuditEntry(entry) {
      // On disk before what it tells of begins, and else no step need be one by one.
      db.run("PRAGMA synchronous = FULL");
      explain(() => write(db, "addAuditEntry", entry));
      db.run("PRAGMA synchronous = NORMAL");
    },
    close() {
      try {
        // What was deleted is in the log's older pages too, which go with this.
        explain(() => db.run("PRAGMA wal_checkpoint(TRUNCATE)"));
      } finally {
        db.close();
      }
    },
  };
}

/** Opens the database in `file` to look for a number; nothing is written. Throws StoreUnusable. */
export function openToSearch(
  file: string,
): Pick<UpkeepStore, "findNumber"> & { close(): void } {
  const path = databasePath(file);
  const db = openDatabaseForReading(path);
  const { doStep } = stepsOn(path, db);
  return {
    findNumber: (address, work) => findNumber(doStep, address, work),
    close: () => db.close(),
  };
}

/** Does steps, and says what an error means. Throws StoreUnusable when a table or index is missing. */
function stepsOn(path: string, db: Database) {
  const explain = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw unwritable(path, error);
    }
  };
  let recorder: ReturnType<typeof createRecorder>;
  try {
    recorder = createRecorder(db);
  } catch (error) {
    db.close();
    throw unusable(path, error);
  }
  const doStep: DoStep = async (name, input) =>
    explain(() => recorder.step(name, input));
  return { doStep, explain };
}
