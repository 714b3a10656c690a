import { StoreUnavailable, StoreUnusable } from "../../store.ts";
import type { Pool } from "./pool.ts";

const CHECKED_EVERY_MS = 500;

/** Whether a ledger is being copied into the database; and whether nodes can receive callbacks meanwhile. */
async function unfinishedCopy(
  pool: Pool,
): Promise<{ readonly isOpen: boolean } | undefined> {
  const [copying] = await pool.use(({ query }) =>
    query<{ isOpen: number }>(`SELECT is_open AS "isOpen" FROM copying`),
  );
  return copying && { isOpen: copying.isOpen === 1 };
}

/**
 * Refuses a database into which a ledger is being copied. A node can only receive callbacks
 * from it, once the copy lacks nothing but what the old server still records.
 */
export function createCopyGuard(pool: Pool, place: string) {
  let isUnderWay = false;
  let isClosed = false;
  const watch = async (): Promise<void> => {
    while (isUnderWay && !isClosed) {
      await Bun.sleep(CHECKED_EVERY_MS);
      try {
        isUnderWay = (await unfinishedCopy(pool)) !== undefined;
      } catch {
        // The next one tells.
      }
    }
  };
  return {
    /** Throws StoreUnusable. Resolves to whether only callbacks can be received for now. */
    async check(canWait: boolean): Promise<boolean> {
      const copy = await unfinishedCopy(pool);
      if (copy === undefined) return false;
      if (!copy.isOpen || !canWait)
        throw new StoreUnusable(
          `The ${place} has an unfinished copy of a ledger. Wait for smsledger copy, or run the same command again to finish it${copy.isOpen ? "" : "; it says when servers can start"}.`,
        );
      isUnderWay = true;
      void watch();
      return true;
    },
    /** Throws StoreUnavailable until the copy is finished. */
    requireFinished(): void {
      if (isUnderWay)
        throw new StoreUnavailable(
          "The ledger is still being copied into this database. Callbacks are received; everything else works once smsledger copy is done.",
        );
    },
    close(): void {
      isClosed = true;
    },
  };
}
