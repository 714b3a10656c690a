import type { ErasedAddress } from "../../phone/erased-number.ts";
import {
  erase,
  findNumber,
  prune,
  pruneMadeUp,
  type DoStep,
} from "../core/long-work.ts";
import type { UpkeepStore } from "../upkeep.ts";
import type { Db } from "./dialect.ts";
import type { Read } from "./message-reading.ts";
import { upkeepState } from "./tables/upkeep-notes.ts";
import type { Write } from "./tables/writes.ts";

/** Upkeep of a database that is read through one connection and written through another. */
export function upkeepStore(
  db: Db,
  read: Read,
  write: Write,
  {
    doStep,
    exclusively,
  }: Pick<UpkeepStore, "exclusively"> & { readonly doStep: DoStep },
): UpkeepStore {
  return {
    async prune(before, work) {
      const pruned = await prune(doStep, before, work);
      while (await write("removeOldAttempts", before));
      await write("removeWithoutMessage");
      return pruned;
    },
    pruneMadeUp: (work) => pruneMadeUp(doStep, work),
    findNumber: (address, work) =>
      findNumber(
        doStep,
        (sought) => write("findInRefusals", sought),
        address,
        work,
      ),
    async erase(address, work) {
      const eraseFromOutbox = async (sought: ErasedAddress): Promise<void> => {
        for (let after: number | undefined = 0; after !== undefined;)
          after = await write("eraseFromOutbox", sought, after);
      };
      const erased = await erase(
        doStep,
        async (sought) => {
          await eraseFromOutbox(sought);
          await write("eraseFromAlerts", sought);
          await write("eraseFromEndpoints", sought, Date.now());
          await write("eraseFromViews", sought);
          await write("eraseFromAudit", sought);
          return write("eraseFromRefusals", sought);
        },
        address,
        work,
      );
      await write("readAgainForEndpoints", Date.now());
      // What was under way until then.
      if (work?.signal?.aborted !== true) await eraseFromOutbox(address);
      return erased;
    },
    exclusively,
    state: () => read(() => upkeepState(db)),
    readClock: (now) => write("readClock", now),
    removeEndedSessions: ({ now, wasSetBack }) =>
      write("removeEndedSessions", { now, wasSetBack }),
    note: (note) => write("noteUpkeep", note),
  };
}
