import { createTurns } from "../../core/turns.ts";
import type { Read } from "../../sql/message-reading.ts";
import { StoreUnavailable } from "../../store.ts";
import { isConnectionLost } from "./postgres-errors.ts";

export type Reads = Read & {
  /** Makes later queries reject. */
  close(): void;
};

/**
 * Runs queries. One whose connection ends is run once more, as a connection from before a
 * restart of the server is noticed when it's first used; `explain` makes the error to throw of
 * any other error.
 */
export function readsOf(explain: (error: unknown) => Promise<unknown>): Reads {
  let isClosed = false;
  const nextTurn = createTurns();
  const requireOpen = (): void => {
    if (isClosed) throw new StoreUnavailable("The database is closed.");
  };
  const read = async <T>(query: () => Promise<T>): Promise<T> => {
    requireOpen();
    try {
      return await query().catch((error: unknown) => {
        if (isConnectionLost(error)) return query();
        throw error;
      });
    } catch (error) {
      throw await explain(error);
    }
  };
  return Object.assign(read, {
    async turn() {
      await nextTurn();
      requireOpen();
    },
    close() {
      isClosed = true;
    },
  });
}
