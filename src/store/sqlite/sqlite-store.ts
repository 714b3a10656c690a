import { dirname } from "node:path";
import type { Opening, ServerOptions } from "../engine.ts";
import type { Stores } from "../stores.ts";
import { requireFew, storedEvent } from "../core/stored-event.ts";
import { oneAtATime } from "../core/one-at-a-time.ts";
import { upkeepStore } from "../sql/upkeep-store.ts";
import { messageReading } from "../sql/message-reading.ts";
import { keptBeside } from "../sql/tables/kept-beside.ts";
import { removeLeftOver } from "./backup/durable-file.ts";
import { databasePath, makeFolder } from "./connection/database-file.ts";
import { databaseFacts } from "./connection/database-facts.ts";
import { openForReadingWhen } from "./connection/read-connection.ts";
import { readsOf } from "./connection/reads.ts";
import { lockForServer } from "./connection/server-lock.ts";
import { fileBytes, requireNotVanished } from "./connection/vanished.ts";
import { SCHEMA_VERSION } from "./migrations/migrations.ts";
import { schemaOfFile } from "./migrations/schema-of-file.ts";
import { createWriteQueue } from "./writer/write-queue.ts";
import { createRequestWindows } from "./request-windows.ts";

/**
 * Opens the database in `file`, creating or upgrading it, with one thread that writes and
 * one connection that reads; see `Engine`. What is wrong with the path itself is thrown.
 */
export function openForServer(file: string, options: ServerOptions): Opening {
  const path = databasePath(file);
  requireNotVanished(path, options.latestBackup);
  if (!fileBytes(path)) options.onCreate?.();
  makeFolder(dirname(path));
  const lock = lockForServer(path);
  const schema = schemaOfFile(path);
  if (schema !== undefined && schema < SCHEMA_VERSION)
    options.onUpgrade?.(schema, SCHEMA_VERSION);
  const queue = createWriteQueue(options.onFault);
  let closing: Promise<void> | undefined;
  const writable = queue.open(path, {
    before: () => connection.close(),
    after: () => {
      if (closing === undefined) connection.open();
    },
  });
  const connection = openForReadingWhen(writable, path);
  const opened = connection.ready.then(
    () => tryToRemoveLeftOver(path),
    async (error: unknown) => {
      await writable.then(
        () => queue.close(),
        // Its thread has ended.
        () => undefined,
      );
      lock.undo();
      throw error;
    },
  );
  const { kysely: db } = connection;
  const read = readsOf(connection);
  const store: Stores = {
    ...messageReading(db, read, options),
    ...keptBeside(db, read, queue.write),
    upkeep: upkeepStore(db, read, queue.write, {
      doStep: queue.step,
      exclusively: oneAtATime(),
    }),
    database: databaseFacts(file),
    countRequest: createRequestWindows(),
    recordEvent: (event) => queue.record(storedEvent(event)),
    recordEvents: async (events) =>
      queue.recordAll(requireFew(events).map(storedEvent)),
    settled: async () => undefined,
    async checkWritable() {
      await queue.check();
      await read.requireReadable();
    },
    writing: () => queue.state(),
    keeping: undefined,
    restriction: () => undefined,
    close() {
      closing ??= (async () => {
        read.close();
        await queue.close();
        lock.release();
      })();
      return closing;
    },
  };
  return { store, opened };
}

/** What can't be removed does no harm, and the next start tries again. */
function tryToRemoveLeftOver(path: string): void {
  try {
    removeLeftOver(path);
  } catch {
    return;
  }
}
