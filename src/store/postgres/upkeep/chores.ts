import { oneAtATime } from "../../core/one-at-a-time.ts";
import { StoreUnavailable } from "../../store.ts";
import { pause } from "../../../time/pause.ts";
import type { Chore, UpkeepStore } from "../../upkeep.ts";
import type { Database } from "../connection/database.ts";
import type { Pool } from "../connection/pool.ts";

/** How long a node that stopped working keeps a chore. */
const LEASE_MS = 5_000;
/** A node takes a chore for lost this much earlier than others do. */
const MARGIN_MS = 1_000;
const RENEW_MS = 1_250;
/** A renewal without an answer leaves time for another one. */
const RENEW_DEADLINE_MS = 1_500;
/** How often a node asks for a chore that another one is doing. */
const ASK_AGAIN_MS = 1_000;

/** Another node may have begun the chore, as this one couldn't reach the database for too long. */
const LOST =
  "This node couldn't reach the database for several seconds, so another one may be doing this by now.";

// By the server's clock, so that a node's own doesn't matter.
const UNTIL = `clock_timestamp() + interval '${LEASE_MS} milliseconds'`;

const ACQUIRE = `INSERT INTO chores VALUES ($1::text, $2::text, ${UNTIL})
  ON CONFLICT (chore) DO UPDATE SET holder = excluded.holder, until = excluded.until
    WHERE chores.until < clock_timestamp()
  RETURNING holder`;

const RENEW = `UPDATE chores SET until = ${UNTIL}
  WHERE chore = $1::text AND holder = $2::text RETURNING holder`;

const RELEASE =
  "DELETE FROM chores WHERE chore = $1::text AND holder = $2::text";

/**
 * `exclusively` among all nodes: whoever has a chore's row in the table has the chore, for
 * five seconds at a time. Rows rather than advisory locks, which a stalled node would keep as
 * long as its kernel answers, which need a connection each, and which a pooler gives to
 * others. `pool` has a connection for this alone, so that a busy node doesn't lose its chores.
 */
export function createChores(
  pool: Pool,
  { whole, explain }: Pick<Database, "whole" | "explain">,
): UpkeepStore["exclusively"] {
  const hasRow = async (
    text: string,
    chore: Chore,
    holder: string,
    deadlineMs?: number,
  ): Promise<boolean> => {
    await whole();
    try {
      const rows = await pool.use(({ query }) =>
        query(text, [chore, holder], deadlineMs ? { deadlineMs } : {}),
      );
      return rows.length > 0;
    } catch (error) {
      throw await explain(error);
    }
  };
  // Of this node's own, one asks the database.
  const inTurn = oneAtATime();
  return (chore, work, signal) =>
    inTurn(
      chore,
      async () => {
        const never = new AbortController().signal;
        const holder = crypto.randomUUID();
        let askedAt = performance.now();
        while (!(await hasRow(ACQUIRE, chore, holder))) {
          await pause(ASK_AGAIN_MS, signal ?? never);
          signal?.throwIfAborted();
          askedAt = performance.now();
        }
        const lease = keep(askedAt, () =>
          hasRow(RENEW, chore, holder, RENEW_DEADLINE_MS),
        );
        try {
          const result = await work(
            AbortSignal.any([lease.lost, ...(signal ? [signal] : [])]),
          );
          lease.lost.throwIfAborted();
          return result;
        } finally {
          lease.end();
          // Otherwise others wait until it's over.
          await hasRow(RELEASE, chore, holder).catch(() => undefined);
        }
      },
      signal,
    );
}

/**
 * Renews a lease until it ends. `lost` is aborted with StoreUnavailable as soon as another
 * node may have it, also when this process was stopped meanwhile and noticed nothing.
 */
function keep(askedAt: number, renew: () => Promise<boolean>) {
  const lost = new AbortController();
  const ended = new AbortController();
  const lose = (): void => {
    ended.abort();
    lost.abort(new StoreUnavailable(LOST));
  };
  let timer: ReturnType<typeof setTimeout>;
  const extend = (from: number): void => {
    clearTimeout(timer);
    const leftMs = from + LEASE_MS - MARGIN_MS - performance.now();
    timer = setTimeout(lose, leftMs);
  };
  const run = async (): Promise<void> => {
    for (;;) {
      await pause(RENEW_MS, ended.signal);
      if (ended.signal.aborted) return;
      const from = performance.now();
      try {
        const isOurs = await renew();
        if (ended.signal.aborted) return;
        if (isOurs) extend(from);
        else lose();
      } catch {
        // It's tried again until the time is over.
      }
    }
  };
  extend(askedAt);
  void run();
  return {
    lost: lost.signal,
    end(): void {
      clearTimeout(timer);
      ended.abort();
    },
  };
}
