import type { Database } from "bun:sqlite";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import type { CommandStores, Reader } from "../engine.ts";
import { findNumber, type DoStep } from "../core/long-work.ts";
import { oneAtATime } from "../core/one-at-a-time.ts";
import { upkeepStore } from "../sql/upkeep-store.ts";
import { messageReading } from "../sql/message-reading.ts";
import { clockReading } from "../sql/tables/clock-record.ts";
import { keptBeside } from "../sql/tables/kept-beside.ts";
import { findInRefusals } from "../sql/tables/erased-refusals.ts";
import { write, type Write } from "../sql/tables/writes.ts";
import {
  databasePath,
  giveToFolderOwner,
  makeFolder,
} from "./connection/database-file.ts";
import {
  openDatabaseForReading,
  openForReading,
} from "./connection/read-connection.ts";
import { readsOf } from "./connection/reads.ts";
import { unusable, unwritable } from "./connection/unusable.ts";
import { writableTablesOf } from "./connection/tables.ts";
import { requireNotVanished } from "./connection/vanished.ts";
import { openDatabaseForCommand } from "./connection/writing-connection.ts";
import { createRecorder } from "./recording/recorder.ts";

/** Rows that are read in one step: many, as nothing else waits for this process. */
const STEP_ROWS = 1_000;

/** Opens the database in `file` only to read it, also beside a server; see `Engine`. */
export function openReader(file: string): Reader {
  const path = databasePath(file);
  const connection = openForReading(path);
  const read = readsOf(connection);
  return {
    ...messageReading(connection.kysely, read, { stepRows: STEP_ROWS }),
    async findNumber(address, work) {
      using db = openDatabaseForReading(path);
      return await findNumber(
        stepsOn(path, db),
        (sought) => read(() => findInRefusals(connection.kysely, sought)),
        address,
        work,
      );
    },
    clockAt: (now) => read(() => clockReading(connection.kysely, now)),
    async close() {
      read.close();
    },
  };
}

/**
 * Opens the database in `file` for a command, also beside a server, whose writer waits for
 * a transaction of this connection as this one does for its own; see `Engine`.
 */
export function openCommandStores(
  file: string,
  mayCreate = false,
): CommandStores {
  const path = databasePath(file);
  if (mayCreate) {
    requireNotVanished(path);
    makeFolder(dirname(path));
  }
  const isNew = !existsSync(path);
  const db = openDatabaseForCommand(path, mayCreate);
  if (isNew) giveToFolderOwner(path);
  const connection = openForReading(path);
  const read = readsOf(connection);
  const { tables, close } = writableTablesOf(db);
  const doWrite: Write = async (name, ...input) =>
    await explained(path, () => write(tables, name, input));
  let steps: DoStep | undefined;
  const doStep: DoStep = async (name, input) => {
    steps ??= stepsOn(path, db);
    // A step that is lost is done again, so none has to wait for the disk.
    db.run("PRAGMA synchronous = NORMAL");
    try {
      return await steps(name, input);
    } finally {
      db.run("PRAGMA synchronous = FULL");
    }
  };
  return {
    ...keptBeside(connection.kysely, read, doWrite),
    upkeep: upkeepStore(connection.kysely, read, doWrite, {
      doStep,
      exclusively: oneAtATime(),
    }),
    async close() {
      read.close();
      try {
        // What was deleted is also in older pages of the log, which go with this.
        if (steps)
          await explained(path, async () =>
            db.run("PRAGMA wal_checkpoint(TRUNCATE)"),
          );
      } finally {
        close();
      }
    },
  };
}

/** Does steps of long work; throws StoreUnusable when a table or index is missing. */
function stepsOn(path: string, db: Database): DoStep {
  let recorder: ReturnType<typeof createRecorder>;
  try {
    recorder = createRecorder(db);
  } catch (error) {
    throw unusable(path, error);
  }
  return (name, input) =>
    explained(path, async () => recorder.step(name, input));
}

async function explained<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw unwritable(path, error);
  }
}
