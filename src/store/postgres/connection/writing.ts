import {
  NewerSchema,
  schemaProblem,
  type SchemaFacts,
} from "../migrations/migrations.ts";
import { LOCK_OF_WRITERS } from "./locks.ts";

/**
 * In one round trip. The lock is taken before a statement sees anything: each statement sees
 * what was committed before it began, and nobody else writes meanwhile. Transactions that are
 * merely serializable would do as well, but under load they undo each other again and again.
 */
export const BEGIN_WRITING = `BEGIN ISOLATION LEVEL READ COMMITTED;
  SET LOCAL synchronous_commit = on;
  SELECT pg_advisory_xact_lock(${LOCK_OF_WRITERS});
  SELECT pg_current_xact_id()::text AS id, version, appends_from AS "appendsFrom" FROM smsledger_schema`;

/**
 * Begins a transaction that writes beside messages. Resolves to its id, which tells whether it was
 * committed. Rejects with NewerSchema if this program no longer knows the tables: an upgrade has
 * the lock too, so they stay as they are until the transaction ends.
 */
export async function beginWriting(
  query: (
    text: string,
  ) => Promise<readonly (SchemaFacts & { readonly id: string })[]>,
): Promise<string> {
  const [begun] = await query(BEGIN_WRITING);
  if (begun === undefined) throw new TypeError("A transaction has no id.");
  const problem = schemaProblem(begun);
  if (problem === undefined) return begun.id;
  await query("ROLLBACK");
  throw new NewerSchema(problem.words);
}
