import type { Opening, ServerOptions } from "../engine.ts";
import { messageReading } from "../sql/message-reading.ts";
import { keptBeside } from "../sql/tables/kept-beside.ts";
import { StoreUnavailable } from "../store.ts";
import { openDatabase } from "./connection/database.ts";
import { databaseFacts } from "./connection/database-facts.ts";
import { upkeepStore } from "./upkeep/upkeep.ts";

/** Opens the database at a `postgres://` URL for a node, creating or upgrading its tables; see `Engine`. */
export function openForServer(
  databaseUrl: string,
  options: ServerOptions,
): Opening {
  const database = openDatabase(databaseUrl, {
    mayCreate: true,
    onUpgrade: options.onUpgrade,
  });
  const { db, read, write, opened } = database;
  return {
    opened,
    store: {
      ...messageReading(db, read, options),
      ...keptBeside(db, read, write),
      upkeep: upkeepStore(db, read, write),
      database: databaseFacts(databaseUrl),
      recordEvent: notYet,
      checkWritable: notYet,
      writing: () => {
        throw new StoreUnavailable("This version doesn't record yet.");
      },
      close: () => database.close(),
    },
  };
}

async function notYet(): Promise<never> {
  throw new StoreUnavailable("This version doesn't record yet.");
}
