import { oneAtATime } from "../../core/one-at-a-time.ts";
import type { Db } from "../../sql/dialect.ts";
import type { Read } from "../../sql/message-reading.ts";
import { upkeepState } from "../../sql/tables/upkeep-notes.ts";
import type { Write } from "../../sql/tables/writes.ts";
import { StoreUnavailable } from "../../store.ts";
import type { UpkeepStore } from "../../upkeep.ts";

export function upkeepStore(db: Db, read: Read, write: Write): UpkeepStore {
  return {
    prune: notYet,
    pruneMadeUp: notYet,
    findNumber: notYet,
    erase: notYet,
    exclusively: oneAtATime(),
    state: () => read(() => upkeepState(db)),
    readClock: (now) => write("readClock", now),
    removeEndedSessions: ({ now, wasSetBack }) =>
      write("removeEndedSessions", { now, wasSetBack }),
    note: (note) => write("noteUpkeep", note),
  };
}

async function notYet(): Promise<never> {
  throw new StoreUnavailable("This version doesn't delete yet.");
}
