import type { Database } from "bun:sqlite";

export type Transactions = ReturnType<typeof createTransactions>;

/**
 * Runs work on messages in transactions, with what is remembered between them kept true:
 * `forget` is called when a transaction is rolled back, and in one before which another
 * connection wrote, as the commands `prune` and `erase` do beside a server.
 */
export function createTransactions(db: Database, forget: () => void) {
  const begin = db.prepare("BEGIN IMMEDIATE");
  const commit = db.prepare("COMMIT");
  const rollback = db.prepare("ROLLBACK");
  const savepoint = db.prepare("SAVEPOINT part");
  const release = db.prepare("RELEASE part");
  const rollbackPart = db.prepare("ROLLBACK TO part");
  // Changes when another connection committed. Within a transaction nothing comes in between.
  const dataVersion = db.prepare<unknown, []>("PRAGMA data_version");
  const readVersion = (): unknown => dataVersion.values()[0]?.[0];
  let known = readVersion();
  let toldOf = known;
  return {
    run<T>(work: () => T): T {
      begin.run();
      try {
        const version = readVersion();
        if (version !== known) forget();
        known = version;
        const result = work();
        commit.run();
        return result;
      } catch (error) {
        forget();
        if (db.inTransaction) rollback.run();
        throw error;
      }
    },
    /** Within `run`: does work that, when it throws, leaves the rest of the transaction as it is. */
    part<T>(work: () => T): T {
      savepoint.run();
      try {
        const result = work();
        release.run();
        return result;
      } catch (error) {
        forget();
        // Some errors end the whole transaction.
        if (db.inTransaction) {
          rollbackPart.run();
          release.run();
        }
        throw error;
      }
    },
    /** Whether another connection wrote since this was asked last. */
    didOthersWrite(): boolean {
      const version = readVersion();
      const didThey = version !== toldOf;
      toldOf = version;
      return didThey;
    },
  };
}
