import type { Connection } from "../connection/pool.ts";
import { SCHEMA_VERSION } from "../migrations/migrations.ts";

/** How long a keeper that stopped working stays the keeper. */
const LEASE = "interval '5 seconds'";

type Query = Connection["query"];

/** A node whose version doesn't know the tables leaves recording to others. */
const KNOWS_TABLES = `(SELECT version FROM smsledger_schema) = ${SCHEMA_VERSION}`;

/** Names the keeper's connections to the server. */
export const KEEPER_NAME = "smsledger keeper";

/**
 * A keeper that stalls while an answer is sent to it keeps its transaction, as none of the
 * server's timeouts ends that; so whoever wants the lease does.
 */
const END_STALLED = `SELECT pg_terminate_backend(pid) FROM keeper, pg_stat_activity
    WHERE until < clock_timestamp() AND datname = current_database() AND usename = current_user
      AND application_name = '${KEEPER_NAME}' AND wait_event = 'ClientWrite'
      AND query_start < clock_timestamp() - interval '3 seconds'`;

/** What a keeper that has the lease knows of it. */
export type Lease = {
  /** Made up when the node became the keeper; no other keeper has had it. */
  readonly holder: string;
};

/** Another node is the keeper by now, or one of a newer version will be. */
export class LeaseLost extends Error {
  override readonly name = "LeaseLost";
  constructor() {
    super("Another node is the keeper by now.");
  }
}

/**
 * Makes this node the keeper unless there is one; by the server's clock, so that a node's own
 * doesn't matter. It never waits for a keeper at work, which has the row locked.
 */
export async function acquireLease(
  query: Query,
  node: string,
): Promise<Lease | undefined> {
  const holder = crypto.randomUUID();
  await query(END_STALLED);
  const rows = await query(
    `UPDATE keeper SET holder = $1::text, node = $2::text, since = clock_timestamp(),
         until = clock_timestamp() + ${LEASE}
       WHERE one IN (SELECT one FROM keeper WHERE until < clock_timestamp() AND ${KNOWS_TABLES}
           FOR UPDATE SKIP LOCKED)
       RETURNING one`,
    [holder, node],
  );
  return rows.length === 0 ? undefined : { holder };
}

/**
 * Renews the lease and locks its row until the transaction ends: no other node can become the
 * keeper before. Resolves to how often others changed what keepers remember. Rejects with
 * LeaseLost.
 */
export async function holdLease(
  query: Query,
  { holder }: Lease,
): Promise<number> {
  const [row] = await query<{ version: number }>(
    `UPDATE keeper SET until = clock_timestamp() + ${LEASE}
       WHERE holder = $1::text AND ${KNOWS_TABLES} RETURNING version`,
    [holder],
  );
  if (row === undefined) throw new LeaseLost();
  return row.version;
}

/** Lets another node become the keeper at once. */
export async function releaseLease(
  query: Query,
  { holder }: Lease,
): Promise<void> {
  await query(
    "UPDATE keeper SET holder = NULL, until = clock_timestamp() WHERE holder = $1::text",
    [holder],
  );
}
