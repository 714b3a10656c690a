import type { Db } from "../../sql/dialect.ts";
import { write, type Write } from "../../sql/tables/writes.ts";
import { isConflict, isConnectionLost } from "./postgres-errors.ts";

/** How often a write is tried; one that conflicts again and again waits longer each time. */
const ATTEMPTS_MAX = 10;
const PAUSE_MS = 5;

/**
 * Does writes in transactions that behave as if they ran one by one. A write that conflicts
 * with another, or whose connection ends, is done again from its input; `explain` makes the
 * error to throw of any other error.
 */
export function writesOf(
  db: Db,
  explain: (error: unknown) => Promise<unknown>,
): Write {
  return async (name, ...input) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await write(db, name, input);
      } catch (error) {
        if (attempt === ATTEMPTS_MAX || !mayBeRedone(error, attempt))
          throw await explain(error);
        await Bun.sleep(PAUSE_MS * attempt * Math.random());
      }
    }
  };
}

/** A connection from before a restart of the server is noticed when it's first used. */
function mayBeRedone(error: unknown, attempt: number): boolean {
  return isConflict(error) || (isConnectionLost(error) && attempt <= 2);
}
