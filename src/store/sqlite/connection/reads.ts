import { createTurns } from "../../../time/turns.ts";
import { StoreUnavailable, StoreUnusable } from "../../store.ts";
import type { ReadConnection } from "./read-connection.ts";
import { explainSqliteError, isDiskTrouble } from "./sqlite-errors.ts";

export type Reads = {
  <T>(query: () => Promise<T>): Promise<T>;
  /** Lets callbacks through in the middle of a long query. */
  turn(): Promise<void>;
  /** Rejects with StoreUnavailable while a query that met a failing disk or damage still does. */
  requireReadable(): Promise<void>;
  close(): void;
};

/**
 * Runs queries, and explains their errors. A query holds this thread until it's done:
 * with one query in each turn of the event loop, callbacks are served between the many
 * that pages run at once.
 */
export function readsOf({ close }: Pick<ReadConnection, "close">): Reads {
  let isClosed = false;
  const nextTurn = createTurns();
  let failing: (() => Promise<unknown>) | undefined;
  const turn = async (): Promise<void> => {
    await nextTurn();
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
      // `read` notes it again for as long as it fails.
      if (query) await read(query);
    },
    close() {
      if (!isClosed) close();
      isClosed = true;
    },
  });
}
