import { createTurns } from "../../../time/turns.ts";
import type { Read } from "../../sql/message-reading.ts";
import { StoreUnavailable } from "../../store.ts";
import { untilDone } from "./until-done.ts";

export type Reads = Read & {
  /** Makes later queries reject. */
  close(): void;
};

/**
 * Runs queries once the database is opened and whole; see `untilDone`. `explain` makes the error to
 * throw of any other error.
 */
export function readsOf(
  whole: () => Promise<void>,
  explain: (error: unknown) => Promise<unknown>,
): Reads {
  let isClosed = false;
  const nextTurn = createTurns();
  const requireOpen = (): void => {
    if (isClosed) throw new StoreUnavailable("The database is closed.");
  };
  const read = async <T>(query: () => Promise<T>): Promise<T> => {
    await whole();
    requireOpen();
    try {
      return await untilDone(query);
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
