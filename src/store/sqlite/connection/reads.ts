import { Turns } from "../../core/turns.ts";
import { StoreUnavailable, StoreUnusable } from "../../store.ts";
import type { ReadConnection } from "./read-connection.ts";
import { explainSqliteError, isDiskTrouble } from "./sqlite-errors.ts";

export type Reads = {
  <T>(query: () => Promise<T>): Promise<T>;
  /** Lets callbacks through in the middle of a long query. */
  turn(): Promise<void>;
  /** Rejects with StoreUnavailable while a query that met a failing disk, or damage, still does. */
  requireReadable(): Promise<void>;
  close(): void;
};

/**
 * Does queries, and says what an error means. A query holds this thread until it is
 * done: one in each turn of the event loop lets callbacks through between the many
 * that pages ask at once.
 */
export function readsOf({ close }: Pick<ReadConnection, "close">): Reads {
  let isClosed = false;
  const turns = new Turns();
  let failing: (() => Promise<unknown>) | undefined;
  const turn = async (): Promise<void> => {
    await turns.next();
    if (isClosed) throw new StoreUnavailable("The database is closed.");
  };
  const read = async <T>(query: () => Promise<T>): Promise<T> => {
    await turn();
    try {
      return await query();
    } catch (error) {
      const reason =
        error instanceof StoreUnusable
          ? error.message
          : explainSqliteError(error);
      if (reason === undefined) throw error;
      if (isDiskTrouble(error)) failing = query;
      throw new StoreUnavailable(reason, { cause: error });
    }
  };
  return Object.assign(read, {
    turn,
    async requireReadable() {
      const query = failing;
      failing = undefined;
      // For as long as it fails, it is noted again.
      if (query) await read(query);
    },
    close() {
      if (!isClosed) close();
      isClosed = true;
    },
  });
}
