import { Mistake } from "../../../log/failure.ts";
import { createGroupCommit } from "../../core/group-commit.ts";
import { outcomeOf } from "../../core/outcome-codes.ts";
import {
  StoreUnavailable,
  type NewEvent,
  type RecordOutcome,
} from "../../store.ts";
import type { Writing } from "../../writing.ts";
import type { Pool } from "../connection/pool.ts";
import { untilDone } from "../connection/until-done.ts";
import { appendable } from "./receipts.ts";

/** As many as there are batches at a time. */
export const RECEIVING_CONNECTIONS = 2;

const STOPPING = "The server is stopping.";
const OVERDUE = "The database did not answer in time.";
const SETTLED_CHECKED_EVERY_MS = 5;

export type Receiving = {
  /**
   * Resolves once the callback is durable, to what it does: the keeper records the callbacks
   * of a message in the order that decided this. Rejects with StoreUnavailable.
   */
  record(event: NewEvent): Promise<RecordOutcome>;
  /** The same of events in one commit. */
  recordAll(events: readonly NewEvent[]): Promise<RecordOutcome[]>;
  /**
   * Resolves when every callback that was durable when this was called has been recorded;
   * calls `hurry` until then.
   */
  settled(hurry: () => void): Promise<void>;
  /** Resolves when something has been written, rejects with StoreUnavailable. */
  check(): Promise<void>;
  state(): Writing;
  /** Makes durable what waits. Later callbacks are refused. */
  close(): Promise<void>;
};

/**
 * Appends callbacks for the keeper, in group commits; any number of nodes can at the same
 * time. `pool` has RECEIVING_CONNECTIONS for this alone, so that nothing that pages do makes
 * a callback wait; `explain` makes the error to throw of one that a query threw.
 */
export function createReceiving(
  pool: Pool,
  explain: (error: unknown) => Promise<unknown>,
): Receiving {
  let closing: Promise<void> | undefined;
  const query = async <Row>(
    text: string,
    parameters: readonly unknown[],
  ): Promise<Row[]> => {
    try {
      // What was appended twice, as the end of a connection left it open, is a repeat.
      return await untilDone(() =>
        pool.use((each) => each.query<Row>(text, parameters)),
      );
    } catch (error) {
      throw await explain(error);
    }
  };
  const events = createGroupCommit({
    async commit(callbacks) {
      const [row] = await query<{ outcomes: string }>(
        "SELECT append_callbacks($1::text::json) AS outcomes",
        [`[${callbacks.join()}]`],
      );
      return callbacks.map((_, place) => {
        const outcome = outcomeOf(row?.outcomes[place]);
        if (outcome === undefined)
          throw new Mistake("A callback was appended without an outcome.");
        return outcome;
      });
    },
    down: () => undefined,
    overdue: OVERDUE,
  });
  return {
    record: (event) =>
      closing
        ? Promise.reject(new StoreUnavailable(STOPPING))
        : events.record(appendable(event)),
    recordAll: (given) =>
      closing
        ? Promise.reject(new StoreUnavailable(STOPPING))
        : events.recordAll(given.map(appendable)),
    async settled(hurry) {
      const [last] = await query<{ id: number | null }>(
        "SELECT max(id) AS id FROM inbox",
        [],
      );
      const id = last?.id ?? null;
      if (id === null) return;
      const isWaiting = async (): Promise<boolean> => {
        const waiting = await query(
          "SELECT 1 FROM inbox WHERE id <= $1::bigint LIMIT 1",
          [id],
        );
        return waiting.length > 0;
      };
      while (await isWaiting()) {
        hurry();
        await Bun.sleep(SETTLED_CHECKED_EVERY_MS);
      }
    },
    async check() {
      if (closing) throw new StoreUnavailable(STOPPING);
      await query("UPDATE write_checks SET checked_at = $1::bigint", [
        Date.now(),
      ]);
    },
    state: () => events.state(),
    close() {
      closing ??= events.drain();
      return closing;
    },
  };
}
