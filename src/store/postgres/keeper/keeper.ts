import { failureOf } from "../../../log/failure.ts";
import { createRepeatedFaults } from "../../core/repeated-faults.ts";
import { StoreFault, type OnFault } from "../../store-fault.ts";
import type { Connection, Pool } from "../connection/pool.ts";
import { codeOf } from "../connection/postgres-errors.ts";
import { fold, readMemory, tidy, type Memory } from "./fold.ts";
import {
  acquireLease,
  holdLease,
  LeaseLost,
  releaseLease,
  type Lease,
} from "./lease.ts";

/** Callbacks of one transaction. */
const BATCH_MAX = 2_000;
/** Between two batches, unless the last one was full: pages lag by about this much. */
const PAUSE_MS = 75;
/** How often a node that isn't the keeper tries to be. */
const STANDBY_MS = 1_000;
/** How often the lease is renewed while nothing arrives. */
const RENEW_MS = 1_500;
/** While batches are full, how often what they postpone is done in between. */
const TIDY_MS = 1_000;
const AFTER_ERROR_MS = 250;
/** At most this many callbacks a minute are set aside: if there are more, the reason isn't in them. */
const SET_ASIDE_MAX = 10;
/** What a transaction of a keeper may take. */
const DEADLINE_MS = 20_000;

/** Settings of the keeper's own connections, of which it uses one at a time. */
export const KEEPER_PARAMETERS = {
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
  /** Whether this node is the keeper, as far as it knows. */
  isKeeper(): boolean;
  /** Ends a pause, for someone who waits for what's in the inbox. */
  hurry(): void;
  /** Ends the batch under way, and lets another node become the keeper. */
  stop(): Promise<void>;
};

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
  let endPause = (): void => undefined;
  let lease: Lease | undefined;
  let memory: Memory | undefined;
  let limit = batchMax;
  let renewedAt = 0;
  let tidiedAt = 0;
  /** When callbacks were set aside in the last minute. */
  let setAsideAt: number[] = [];

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  /** Does work in a transaction that holds the lease. */
  const asKeeper = async <T>(
    query: Query,
    held: Lease,
    work: (memory: Memory) => Promise<T>,
  ): Promise<T> => {
    await query("BEGIN");
    try {
      const version = await holdLease(query, held);
      if (memory?.version !== version || memory.names.isFull())
        memory = await readMemory(query, version);
      const result = await work(memory);
      await query("COMMIT");
      renewedAt = performance.now();
      return result;
    } catch (error) {
      // Ids and names of this transaction may not be there.
      memory = undefined;
      await query("ROLLBACK").catch(() => undefined);
      throw error;
    }
  };

  /** Resolves to whether there's more to do at once. */
  const work = async (query: Query): Promise<boolean> => {
    if (lease === undefined) {
      lease = await acquireLease(query, node);
      memory = undefined;
      if (lease === undefined) await pause(STANDBY_MS);
      return true;
    }
    const held = lease;
    const [waiting] = await query("SELECT 1 FROM inbox LIMIT 1");
    if (waiting === undefined) {
      if (performance.now() - renewedAt >= RENEW_MS)
        await asKeeper(query, held, async () => undefined);
      return false;
    }
    const full = limit;
    const folded = await asKeeper(query, held, (own) => fold(query, own, full));
    limit = batchMax;
    const isFull = folded === full;
    if (isFull && performance.now() - tidiedAt < TIDY_MS) return true;
    do tidiedAt = performance.now();
    while ((await asKeeper(query, held, (own) => tidy(query, own))) && !isFull);
    return isFull;
  };

  const recover = async (query: Query, error: unknown): Promise<void> => {
    if (error instanceof LeaseLost) {
      lease = undefined;
      return;
    }
    // Without a code it isn't the database's: one callback can be the reason.
    if (!mayConcernOne(error)) throw error;
    const aMinuteAgo = performance.now() - 60_000;
    setAsideAt = setAsideAt.filter((at) => at > aMinuteAgo);
    if (limit > 1) limit = Math.ceil(limit / 8);
    else if (lease && setAsideAt.length < SET_ASIDE_MAX)
      return setAside(query, lease, error);
    throw error;
  };
  const setAside = async (query: Query, held: Lease, error: unknown) => {
    limit = batchMax;
    setAsideAt.push(performance.now());
    await asKeeper(query, held, () =>
      query(SET_ASIDE, [`${failureOf(error).error} ${codeOf(error) ?? ""}`]),
    );
    onFault(
      new StoreFault(
        "a callback could not be recorded because of an unexpected error; it's kept in the table inbox_set_aside",
        failureOf(error),
      ),
    );
  };

  const run = async (): Promise<void> => {
    while (!isStopping) {
      let connection: Connection | undefined;
      try {
        connection = await pool.reserve();
        const query = withDeadline(connection.query);
        while (!isStopping) {
          const isMore = await work(query).catch((error: unknown) =>
            recover(query, error).then(() => true),
          );
          if (!isMore && !isStopping) await pause(PAUSE_MS);
        }
        if (lease) await releaseLease(query, lease);
      } catch (error) {
        memory = undefined;
        if (isMistake(error)) report(1, failureOf(error));
        if (!isStopping) await pause(AFTER_ERROR_MS);
      } finally {
        connection?.release();
      }
    }
    lease = undefined;
  };
  const report = createRepeatedFaults(
    onFault,
    () => "the keeper met an unexpected error; it tries again",
  );
  const running = run();
  return {
    isKeeper: () => lease !== undefined,
    hurry: () => endPause(),
    stop() {
      isStopping = true;
      endPause();
      return running;
    },
  };
}

type Query = Connection["query"];

const SET_ASIDE = `WITH taken AS (
    DELETE FROM inbox WHERE id = (SELECT min(id) FROM inbox) RETURNING id, event
  ) INSERT INTO inbox_set_aside SELECT id, event, $1::text FROM taken`;

/** Whether it's about what a callback says: a value that the server refuses, or a mistake of the program. */
function mayConcernOne(error: unknown): boolean {
  return /^(?:2[12]|54|$)/.test(codeOf(error) ?? "");
}

/** Whether it's neither the server's state nor the connection's: those are over by themselves. */
function isMistake(error: unknown): boolean {
  return mayConcernOne(error) || /^(?:23|42|XX)/.test(codeOf(error) ?? "");
}

function withDeadline(query: Query): Query {
  return (text, parameters) =>
    query(text, parameters, { deadlineMs: DEADLINE_MS });
}
