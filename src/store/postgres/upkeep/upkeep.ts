import { upkeepState } from "../../sql/tables/upkeep-notes.ts";
import { StoreUnavailable } from "../../store.ts";
import type { UpkeepStore } from "../../upkeep.ts";
import type { Database } from "../connection/database.ts";
import { openPool } from "../connection/pool.ts";
import { createChores } from "./chores.ts";

/** Upkeep of a database beside nodes, or as one of them. */
export function openUpkeep(database: Database): {
  readonly store: UpkeepStore;
  readonly close: () => Promise<void>;
} {
  const { settings, db, read, write } = database;
  const choresPool = openPool(settings, { max: 1 });
  return {
    store: {
      prune: notYet,
      pruneMadeUp: notYet,
      findNumber: notYet,
      erase: notYet,
      exclusively: createChores(choresPool, database),
      state: () => read(() => upkeepState(db)),
      readClock: (now) => write("readClock", now),
      removeEndedSessions: ({ now, wasSetBack }) =>
        write("removeEndedSessions", { now, wasSetBack }),
      note: (note) => write("noteUpkeep", note),
    },
    close: () => choresPool.close(),
  };
}

async function notYet(): Promise<never> {
  throw new StoreUnavailable("This version doesn't delete yet.");
}
