import type { Connection } from "../connection/pool.ts";
import { readMemory, type Memory } from "./fold.ts";
import {
  acquireLease,
  holdLease,
  LeaseLost,
  releaseLease,
  type Lease,
} from "./lease.ts";

type Query = Connection["query"];

/** How often the lease is renewed while nothing arrives. */
const RENEW_MS = 1_500;

/** A node's time as the keeper: its lease, and what it remembers meanwhile. */
export function createTenure(node: string) {
  let lease: Lease | undefined;
  let memory: Memory | undefined;
  let renewedAt = -Infinity;
  return {
    holder: (): string | undefined => lease?.holder,
    isRenewalDue: (): boolean => performance.now() - renewedAt >= RENEW_MS,
    /** Tries to become the keeper; resolves to whether this node is. */
    async begin(query: Query): Promise<boolean> {
      if (lease === undefined) {
        memory = undefined;
        lease = await acquireLease(query, node);
      }
      return lease !== undefined;
    },
    /**
     * Does work in a transaction that holds the lease. After an error nothing is remembered, as
     * ids and names of the transaction may not be there. Rejects with LeaseLost.
     */
    async within<T>(
      query: Query,
      work: (memory: Memory) => Promise<T>,
    ): Promise<T> {
      if (lease === undefined) throw new LeaseLost();
      try {
        await query("BEGIN");
        const version = await holdLease(query, lease);
        if (memory?.version !== version || memory.names.isFull())
          memory = await readMemory(query, version);
        const result = await work(memory);
        await query("COMMIT");
        renewedAt = performance.now();
        return result;
      } catch (error) {
        memory = undefined;
        if (error instanceof LeaseLost) lease = undefined;
        await query("ROLLBACK").catch(() => undefined);
        throw error;
      }
    },
    /** Lets another node become the keeper at once. */
    async end(query: Query): Promise<void> {
      if (lease === undefined) return;
      const ended = lease;
      lease = memory = undefined;
      await releaseLease(query, ended);
    },
  };
}
