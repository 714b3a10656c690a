import type { Pool } from "./pool.ts";
import {
  CommitUncertain,
  ConnectionLost,
  isConnectionLost,
  NoAnswer,
} from "./postgres-errors.ts";

const ASK_AGAIN_MS = 250;
const ASK_MS_MAX = 2_000;

/**
 * Finds out what happened to a transaction whose COMMIT failed: resolves to "committed", or to
 * the error to throw. A server that restarts is asked once it can say.
 */
export async function commitOutcome(
  pool: Pool,
  transactionId: string,
  cause: unknown,
): Promise<unknown> {
  // The server refused it, for example because of a conflict.
  if (!isConnectionLost(cause) && !(cause instanceof NoAnswer)) return cause;
  const until = performance.now() + ASK_MS_MAX;
  // A silent server wouldn't answer this either.
  while (!(cause instanceof NoAnswer) && performance.now() < until) {
    const status = await statusOf(pool, transactionId);
    if (status === "committed") return status;
    if (status === "aborted")
      return new ConnectionLost("The transaction was undone.", { cause });
    await Bun.sleep(ASK_AGAIN_MS);
  }
  return new CommitUncertain("Nobody knows whether it was committed.", {
    cause,
  });
}

/** Undefined while the server can't say; "in progress" until it has noticed the connection's end. */
async function statusOf(
  pool: Pool,
  transactionId: string,
): Promise<string | null | undefined> {
  try {
    const [row] = await pool.use(({ query }) =>
      query<{ status: string | null }>(
        "SELECT pg_xact_status($1::text::xid8) AS status",
        [transactionId],
      ),
    );
    return row?.status;
  } catch {
    return undefined;
  }
}
