import type {
  DoStep,
  StepInput,
  StepName,
  Steps,
} from "../../core/long-work.ts";
import type { Database } from "../connection/database.ts";
import type { Connection, Pool } from "../connection/pool.ts";
import {
  codeOf,
  LOCK_NOT_AVAILABLE,
  QUERY_CANCELED,
} from "../connection/postgres-errors.ts";
import { inTransaction } from "../connection/in-transaction.ts";
import { beginWriting } from "../connection/writing.ts";
import { untilDone } from "../connection/until-done.ts";
import { eraseEvents, eraseRest, findAddresses, findEvents } from "./erase.ts";
import { cleanDetached, hasDetached } from "./old-partition.ts";
import {
  dropPartition,
  emptyPartition,
  pruneMadeUpStep,
  pruneStep,
} from "./retention.ts";

type Query = Connection["query"];

/** What a step may take. Most of it is waiting for the keeper's batch, or for other writers. */
const DEADLINE_MS = 20_000;

/** How long a step that deletes should take: the keeper waits for it. */
const PORTION_MS = 50;
const PORTION_MIN = 10;
const PORTION_MAX = 500;

/** How long messages are deleted one by one after a partition couldn't be deleted whole, as during a dump. */
const DETACH_AGAIN_MS = 5 * 60_000;

/** Whether a lock or a statement took longer than allowed. */
function isTooLong(error: unknown): boolean {
  return [LOCK_NOT_AVAILABLE, QUERY_CANCELED].includes(codeOf(error) ?? "");
}

/**
 * Does steps of long work, on any node. Those that change something keep the keeper from
 * recording meanwhile, wherever it is, by locking its row; they also tell it that what it
 * remembers has changed. `pool` has the keeper's parameters, as its queries are like the keeper's.
 */
export function stepsOn(
  pool: Pool,
  { whole, explain }: Pick<Database, "whole" | "explain">,
): DoStep {
  const inPortions = createPortions();
  let detachAgainAt = -Infinity;
  const steps: {
    readonly [N in StepName]: (
      query: Query,
      input: StepInput<N>,
    ) => Promise<ReturnType<Steps[N]>>;
  } = {
    prune: async (query, before) => {
      const mayDetach = performance.now() > detachAgainAt;
      try {
        return await changing(query, () =>
          inPortions((limit) => pruneStep(query, { before, limit, mayDetach })),
        );
      } catch (error) {
        if (!mayDetach || !isTooLong(error)) throw error;
        detachAgainAt = performance.now() + DETACH_AGAIN_MS;
        return { messages: 0, events: 0, isDone: false };
      }
    },
    pruneMadeUp: (query) =>
      changing(query, () =>
        inPortions((limit) => pruneMadeUpStep(query, limit)),
      ),
    giveBack: (query) => giveBack(query, inPortions),
    findAddresses,
    findEvents,
    eraseEvents: (query, erasing) =>
      changing(query, () => eraseEvents(query, erasing)),
    eraseRest: (query, rest) => changing(query, () => eraseRest(query, rest)),
  };
  return async (name, input) => {
    await whole();
    const start = performance.now();
    try {
      const output = await untilDone(() =>
        pool.use((connection) =>
          steps[name](withDeadline(connection.query), input),
        ),
      );
      // Callbacks don't wait for a step: receivers append them meanwhile.
      return { output, ms: performance.now() - start, othersWrote: false };
    } catch (error) {
      throw await explain(error);
    }
  };
}

/** Chooses how much work does at a time, by how long it took before. */
function createPortions() {
  let size = 100;
  return async <T>(work: (limit: number) => Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await work(size);
    const fitting = (size * PORTION_MS) / (performance.now() - start);
    size = Math.round(
      Math.min(Math.max(fitting, size / 2, PORTION_MIN), size * 2, PORTION_MAX),
    );
    return result;
  };
}

/** Resolves to whether nothing is left to delete or to drop, or nothing can be dropped now. */
async function giveBack(
  query: Query,
  inPortions: ReturnType<typeof createPortions>,
): Promise<boolean> {
  const isDetached = await hasDetached(query);
  const empty = isDetached ? undefined : await emptyPartition(query);
  if (!isDetached && empty === undefined) return true;
  try {
    await changing(query, () =>
      empty === undefined
        ? inPortions((limit) => cleanDetached(query, limit))
        : dropPartition(query, empty),
    );
    return false;
  } catch (error) {
    // The next retention tries again.
    if (codeOf(error) === LOCK_NOT_AVAILABLE) return true;
    throw error;
  }
}

/**
 * Does work in a transaction during which nothing is recorded and nothing else is written. The
 * locks come before a statement sees anything, so each sees what was committed before.
 */
function changing<T>(query: Query, work: () => Promise<T>): Promise<T> {
  return inTransaction(
    query,
    async () => {
      await query("UPDATE keeper SET version = version + 1");
      return work();
    },
    () => beginWriting(query),
  );
}

function withDeadline(query: Query): Query {
  return (text, parameters) =>
    query(text, parameters, { deadlineMs: DEADLINE_MS });
}
