import type { Kysely } from "kysely";
import { oneAtATime } from "../../core/one-at-a-time.ts";
import type { UpkeepStore } from "../../upkeep.ts";
import type { Write } from "../../sql/tables/account-store.ts";
import {
  erase,
  findNumber,
  prune,
  pruneMadeUp,
  type DoStep,
} from "./long-work.ts";
import type { Read } from "../../sql/message-reading.ts";
import type { Schema } from "../../sql/schema.ts";
import { upkeepState } from "../../sql/tables/upkeep-notes.ts";

/** Chores on a database that is read through one connection and written through another. */
export function upkeepStore(
  db: Kysely<Schema>,
  read: Read,
  write: Write,
  doStep: DoStep,
): UpkeepStore {
  return {
    prune: (before, work) => prune(doStep, before, work),
    pruneMadeUp: (work) => pruneMadeUp(doStep, work),
    findNumber: (digits, work) => findNumber(doStep, digits, work),
    erase: (digits, work) => erase(doStep, digits, work),
    exclusively: oneAtATime(),
    state: () => read(() => upkeepState(db)),
    readClock: (now) => write("readClock", now),
    removeEndedSessions: ({ now, wasSetBack }) =>
      write("removeEndedSessions", { at: now, all: wasSetBack }),
    note: (note) => write("noteUpkeep", note),
  };
}
