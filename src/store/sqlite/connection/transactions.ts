import type { Database } from "bun:sqlite";

export type Transactions = ReturnType<typeof createTransactions>;

/**
 * Runs work on messages in transactions. Whatever caches what the database holds registers
 * here: all caches are dropped together after a rollback, and at the start of a transaction
 * when another connection has written, as the commands `prune` and `erase` do beside a server.
 */
export function createTransactions(db: Database) {
  const begin = db.prepare("BEGIN IMMEDIATE");
  const commit = db.prepare("COMMIT");
  const rollback = db.prepare("ROLLBACK");
  const savepoint = db.prepare("SAVEPOINT part");
  const release = db.prepare("RELEASE part");
  const rollbackPart = db.prepare("ROLLBACK TO part");
  // Changes when another connection commits, but never within a transaction.
  const dataVersion = db.prepare<unknown, []>("PRAGMA data_version");
  const readVersion = (): unknown => dataVersion.values()[0]?.[0];
  let known = readVersion();
  let reported = known;
  const drops: (() => void)[] = [];
  const dropCaches = (): void => {
    for (const drop of drops) drop();
  };
  const run = <T>(work: () => T): T => {
    begin.run();
    try {
      const version = readVersion();
      if (version !== known) dropCaches();
      known = version;
      const result = work();
      commit.run();
      return result;
    } catch (error) {
      dropCaches();
      if (db.inTransaction) rollback.run();
      throw error;
    }
  };
  return {
    db,
    /** Registers how to drop what the caller caches. */
    onStale: (drop: () => void): void => void drops.push(drop),
    dropCaches,
    run,
    /** Within `run`: does work that, if it throws, leaves the rest of the transaction as it is. */
    part<T>(work: () => T): T {
      savepoint.run();
      try {
        const result = work();
        release.run();
        return result;
      } catch (error) {
        dropCaches();
        // Some errors end the whole transaction.
        if (db.inTransaction) {
          rollbackPart.run();
          release.run();
        }
        throw error;
      }
    },
    /** Whether another connection has written since the last call. */
    didOthersWrite(): boolean {
      const version = readVersion();
      const didThey = version !== reported;
      reported = version;
      return didThey;
    },
  };
}
