import type { Db } from "../../sql/dialect.ts";
import { write, type Write } from "../../sql/tables/writes.ts";
import { NoAnswer } from "./postgres-errors.ts";
import { untilDone } from "./until-done.ts";

/**
 * Does writes once the database is opened and whole. One that is undone because its connection ended is
 * done again from its input; `explain` makes the error to throw of any other error.
 */
export function writesOf(
  db: Db,
  whole: () => Promise<void>,
  explain: (error: unknown) => Promise<unknown>,
): Write {
  const inTurn = createLane();
  return async (name, ...input) => {
    await whole();
    try {
      return await inTurn(() => untilDone(() => write(db, name, input)));
    } catch (error) {
      throw await explain(error);
    }
  };
}

/**
 * Does a node's writes one by one, so that only one connection waits for those of other nodes.
 * When the server is silent, those that wait are refused with the one that found out.
 */
function createLane() {
  let last: Promise<unknown> = Promise.resolve();
  let silentAt = -Infinity;
  return <T>(work: () => Promise<T>): Promise<T> => {
    const since = performance.now();
    const done = last.then(async () => {
      if (since < silentAt)
        throw new NoAnswer("An earlier write got no answer.");
      try {
        return await work();
      } catch (error) {
        if (error instanceof NoAnswer) silentAt = performance.now();
        throw error;
      }
    });
    last = done.catch(() => undefined);
    return done;
  };
}
