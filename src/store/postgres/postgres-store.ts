import type { Opening, ServerOptions } from "../engine.ts";
import { messageReading } from "../sql/message-reading.ts";
import { keptBeside } from "../sql/tables/kept-beside.ts";
import { openDatabase } from "./connection/database.ts";
import { databaseFacts } from "./connection/database-facts.ts";
import { openRecording } from "./recording.ts";
import { createRequestWindows } from "./request-windows.ts";
import { openUpkeep } from "./upkeep/upkeep.ts";

/** Rows that are read in one step: more than where callbacks wait for it, as each takes several round trips. */
const STEP_ROWS = 250;

/** Opens the database at a `postgres://` URL for a node, creating or upgrading its tables; see `Engine`. */
export function openForServer(
  databaseUrl: string,
  options: ServerOptions,
  file?: string,
): Opening {
  const database = openDatabase(databaseUrl, {
    file,
    mayCreate: true,
    onUpgrade: options.onUpgrade,
    onRestricted: options.onRestricted ?? (() => undefined),
  });
  const { db, read, write, opened } = database;
  const upkeep = openUpkeep(database);
  const recording = openRecording(database, options);
  return {
    opened,
    store: {
      ...messageReading(db, read, { stepRows: STEP_ROWS, ...options }),
      ...keptBeside(db, read, write),
      upkeep: upkeep.store,
      database: databaseFacts(database.settings, database.pool),
      countRequest: createRequestWindows(database),
      recordEvent: recording.recordEvent,
      recordEvents: recording.recordEvents,
      settled: recording.settled,
      checkWritable: recording.checkWritable,
      writing: recording.writing,
      keeping: recording.keeping,
      restriction: database.guard.restriction,
      async close() {
        await recording.close();
        await upkeep.close();
        await database.close();
      },
    },
  };
}
