import type { Connection } from "./pool.ts";

/** Does work in a transaction, which `begin` begins. */
export async function inTransaction<T>(
  query: Connection["query"],
  work: () => Promise<T>,
  begin: () => Promise<unknown> = () =>
    query("BEGIN ISOLATION LEVEL READ COMMITTED"),
): Promise<T> {
  await begin();
  try {
    const result = await work();
    await query("COMMIT");
    return result;
  } catch (error) {
    await query("ROLLBACK").catch(() => undefined);
    throw error;
  }
}
