import { failureOf } from "../../../log/failure.ts";
import { createRepeatedFaults } from "../../core/repeated-faults.ts";
import { StoreFault, type OnFault } from "../../store-fault.ts";
import type { Connection, Pool } from "../connection/pool.ts";
import { codeOf } from "../connection/postgres-errors.ts";
import { fold, tidy } from "./fold.ts";
import { KEEPER_NAME, LeaseLost } from "./lease.ts";
import { createTenure } from "./tenure.ts";
import { concernsAll, createTrouble, mayConcernOne } from "./trouble.ts";

/** Callbacks of one transaction. */
const BATCH_MAX = 2_000;
/** Between two batches, unless the last one was full: pages lag by about this much. */
const PAUSE_MS = 75;
/** How often a node that isn't the keeper tries to be. */
const STANDBY_MS = 1_000;
/** While batches are full, how often what they postpone is done in between. */
const TIDY_MS = 1_000;
const AFTER_ERROR_MS = 250;
/** What a transaction of a keeper may take. */
const DEADLINE_MS = 20_000;

/** Settings of the keeper's own connections, of which it uses one at a time. */
export const KEEPER_PARAMETERS = {
  application_name: KEEPER_NAME,
  statement_timeout: DEADLINE_MS - 1_000,
  // A keeper that stalls within a transaction loses its connection, and with it the lease's row.
  idle_in_transaction_session_timeout: 3_000,
  tcp_user_timeout: 3_000,
  // Its queries look up a few thousand ids and texts; all have an index, which a planner with
  // outdated statistics would leave for a scan of all history.
  enable_seqscan: "off",
  enable_hashjoin: "off",
  enable_mergejoin: "off",
  plan_cache_mode: "force_generic_plan",
} as const;

export type KeeperOptions = {
  /** Names this node to people. */
  readonly node: string;
  readonly onFault: OnFault;
  /** Callbacks of one transaction; BATCH_MAX by default. */
  readonly batchMax?: number;
};

export type Keeper = {
  /** What this node has the lease as, as far as it knows. */
  holder(): string | undefined;
  /** Ends a pause, for someone who waits for what's in the inbox. */
  hurry(): void;
  /** Ends the batch under way, and lets another node become the keeper. */
  stop(): Promise<void>;
};

type Query = Connection["query"];

/**
 * Records what receivers append, on one node at a time, whichever has the lease. Each batch is
 * a transaction that holds the lease's row, so two nodes never record at once, whatever
 * they take themselves for; ids rise in the order of commits, without gaps.
 */
export function startKeeper(
  pool: Pool,
  { node, onFault, batchMax = BATCH_MAX }: KeeperOptions,
): Keeper {
  let isStopping = false;
  const { pause, endPause } = createPause();
  const tenure = createTenure(node);
  const work = createWork(tenure, onFault, batchMax);
  const report = createRepeatedFaults(
    onFault,
    () => "the keeper met an unexpected error; it tries again",
  );

  const runOn = async (query: Query): Promise<void> => {
    while (!isStopping) {
      if (!(await tenure.begin(query))) await pause(STANDBY_MS);
      else if (!(await work(query)) && !isStopping) await pause(PAUSE_MS);
    }
    await tenure.end(query);
  };
  const run = async (): Promise<void> => {
    while (!isStopping) {
      let connection: Connection | undefined;
      try {
        connection = await pool.reserve();
        await runOn(withDeadline(connection.query));
      } catch (error) {
        // Others, such as the end of a connection, are over by themselves, or are shown as the database's state.
        if (mayConcernOne(error) || concernsAll(error))
          report(1, failureOf(error));
        if (!isStopping)
          await pause(concernsAll(error) ? 2 * STANDBY_MS : AFTER_ERROR_MS);
      } finally {
        connection?.release();
      }
    }
  };
  const running = run();
  return {
    holder: tenure.holder,
    hurry: endPause,
    stop() {
      isStopping = true;
      endPause();
      return running;
    },
  };
}

/** Returns a function that does what there is to do, and resolves to whether there's more. */
function createWork(
  tenure: ReturnType<typeof createTenure>,
  onFault: OnFault,
  batchMax: number,
): (query: Query) => Promise<boolean> {
  const trouble = createTrouble(batchMax);
  let tidiedAt = 0;

  const record = async (query: Query): Promise<boolean> => {
    const [waiting] = await query("SELECT 1 FROM inbox LIMIT 1");
    if (waiting === undefined) {
      if (tenure.isRenewalDue())
        await tenure.within(query, async () => undefined);
      return false;
    }
    const limit = trouble.limit();
    const folded = await tenure.within(query, (memory) =>
      fold(query, memory, limit),
    );
    trouble.isOver();
    const isFull = folded === limit;
    if (isFull && performance.now() - tidiedAt < TIDY_MS) return true;
    do tidiedAt = performance.now();
    while (
      (await tenure.within(query, (memory) => tidy(query, memory))) &&
      !isFull
    );
    return isFull;
  };
  const setAside = async (query: Query, error: unknown): Promise<void> => {
    const reason = `${failureOf(error).error} ${codeOf(error) ?? ""}`.trim();
    await tenure.within(query, () => query(SET_ASIDE, [reason]));
    onFault(
      new StoreFault(
        "a callback could not be recorded because of an unexpected error; it's kept in the table inbox_set_aside",
        failureOf(error),
      ),
    );
  };
  return async (query) => {
    try {
      return await record(query);
    } catch (error) {
      if (error instanceof LeaseLost) return true;
      if (mayConcernOne(error) && trouble.isFound()) {
        await setAside(query, error);
        return true;
      }
      // Another node may be of a version that can.
      if (concernsAll(error)) await tenure.end(query);
      throw error;
    }
  };
}

const SET_ASIDE = `WITH taken AS (
    DELETE FROM inbox WHERE id = (SELECT min(id) FROM inbox) RETURNING id, event
  ) INSERT INTO inbox_set_aside SELECT id, event, $1::text FROM taken`;

/** A pause that can be ended early. */
function createPause() {
  let endPause = (): void => undefined;
  return {
    pause: (ms: number): Promise<void> =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        endPause = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
    endPause: (): void => endPause(),
  };
}

function withDeadline(query: Query): Query {
  return (text, parameters) =>
    query(text, parameters, { deadlineMs: DEADLINE_MS });
}
