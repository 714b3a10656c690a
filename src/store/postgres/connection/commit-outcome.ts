import type { Pool } from "./pool.ts";
import { CommitUncertain, ConnectionLost } from "./postgres-errors.ts";

const ASK_AGAIN_MS = 250;
const ASK_TIMES = 8;

/**
 * Finds out what happened to a transaction whose connection ended during its COMMIT: resolves
 * to "committed", or to the error to throw.
 */
export async function commitOutcome(
  pool: Pool,
  transactionId: string,
  cause: unknown,
): Promise<"committed" | Error> {
  for (let left = ASK_TIMES; left > 0; left--) {
    const status = await statusOf(pool, transactionId);
    if (status === "committed") return "committed";
    if (status === "aborted")
      return new ConnectionLost("The transaction was undone.", { cause });
    await Bun.sleep(ASK_AGAIN_MS);
  }
  return new CommitUncertain("Nobody knows whether it was committed.", {
    cause,
  });
}

/** Undefined while the server can't say: it restarts, or the transaction is still in progress. */
async function statusOf(
  pool: Pool,
  transactionId: string,
): Promise<string | null | undefined> {
  try {
    return await pool.use(async ({ query }) => {
      const [row] = await query<{ status: string | null }>(
        "SELECT pg_xact_status($1::text::xid8) AS status",
        [transactionId],
      );
      return row?.status;
    });
  } catch {
    return undefined;
  }
}
