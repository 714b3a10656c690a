import type { SuppressionStore } from "../../suppressions.ts";
import type { Db } from "../dialect.ts";
import type { Read } from "../message-reading.ts";
import {
  changesAfterId,
  changesWithIds,
  suppressionChangesAfter,
  suppressionChangesEnd,
  suppressionChangesStart,
  suppressionHistory,
} from "./suppression-changes.ts";
import { checkSuppressions, type EntryChange } from "./suppression-checks.ts";
import { nextSuppressionStep } from "./suppression-steps.ts";
import {
  isSuppressionListComplete,
  suppressions,
  suppressionsAddedIn,
  suppressionsOf,
  suppressionsOfAddress,
} from "./suppressions.ts";
import type { Write } from "./writes.ts";

/** Entries that an export reads in one step. */
const STEP_ROWS = 100;

/** The list, read through one connection and written through another. */
export function suppressionStore(
  db: Db,
  read: Read,
  write: Write,
): SuppressionStore {
  const query =
    <Asked extends readonly unknown[], Answer>(
      run: (db: Db, ...asked: Asked) => Promise<Answer>,
    ) =>
    (...asked: Asked): Promise<Answer> =>
      read(() => run(db, ...asked));
  const list = query(suppressions);
  return {
    async follow(codes, now) {
      const step = await read(() => nextSuppressionStep(db));
      const { from, to, isMore } = step;
      const changes: EntryChange[] = [];
      // Each in its own turn, so that pages and callbacks go first.
      for (const id of step.recipientIds)
        changes.push(...(await read(() => checkSuppressions(db, id, codes))));
      const isStill =
        from.eventId === to.eventId && from.walkedTo === to.walkedTo;
      if (changes.length === 0 && isStill) return { changes: 0, isMore };
      const made = await write("moveSuppressions", {
        from,
        to,
        changes,
        at: now,
      });
      return { changes: made, isMore };
    },
    isComplete: query(isSuppressionListComplete),
    list,
    async *every({ reason }) {
      for (let olderThan: number | undefined; ;) {
        const entries = await list({ reason, size: STEP_ROWS, olderThan });
        const last = entries.at(-1);
        if (last === undefined) return;
        yield entries;
        olderThan = last.changeId;
      }
    },
    of: query(suppressionsOf),
    ofAddress: query(suppressionsOfAddress),
    history: query(suppressionHistory),
    addedIn: query(suppressionsAddedIn),
    remove: (removal, by) => write("removeSuppression", removal, by),
    changesStart: query(suppressionChangesStart),
    changesEnd: query(suppressionChangesEnd),
    changesAfterId: query(changesAfterId),
    changesWithIds: query(changesWithIds),
    changesAfter: query(suppressionChangesAfter),
  };
}
