import type { Connection } from "../connection/pool.ts";
import { openPool } from "../connection/pool.ts";
import { explained } from "../connection/postgres-errors.ts";
import type { PostgresSettings } from "../connection/settings.ts";
import { KEEPER_PARAMETERS } from "../keeper/keeper.ts";

/** What a statement of a copy may take, such as counting the rows of a table. */
const DEADLINE_MS = 10 * 60_000;

/** Names a copy's connection to the server. */
export const COPY_NAME = "smsledger copy";

export const COPY_PARAMETERS = {
  // Its queries look up parts of tables by their keys, like the keeper's.
  ...KEEPER_PARAMETERS,
  application_name: COPY_NAME,
  statement_timeout: DEADLINE_MS - 1_000,
  // While it reads or writes the other database, which may take long.
  idle_in_transaction_session_timeout: 0,
  // What is lost in a crash is copied again; the end waits for all of it.
  synchronous_commit: "off",
} as const;

/** The one connection of a copy, which has its locks. */
export type CopyConnection = {
  /** Does work; rejects with what its error means. */
  readonly use: <T>(
    work: (query: Connection["query"]) => Promise<T>,
  ) => Promise<T>;
  readonly close: () => Promise<void>;
};

export async function connectToCopy(
  settings: PostgresSettings,
): Promise<CopyConnection> {
  const pool = openPool(settings, { max: 1, parameters: COPY_PARAMETERS });
  const explain = (error: unknown): Promise<unknown> =>
    explained(settings, error);
  try {
    const { query, release } = await pool.reserve();
    const withDeadline: Connection["query"] = (text, parameters) =>
      query(text, parameters, { deadlineMs: DEADLINE_MS });
    return {
      async use(work) {
        try {
          return await work(withDeadline);
        } catch (error) {
          throw await explain(error);
        }
      },
      async close() {
        release();
        await pool.close();
      },
    };
  } catch (error) {
    await pool.close();
    throw await explain(error);
  }
}

/** Whether servers or commands of ours use the database. */
export async function isInUse(query: Connection["query"]): Promise<boolean> {
  const others = await query(
    `SELECT 1 FROM pg_stat_activity WHERE datname = current_database()
       AND application_name LIKE 'smsledger%' AND application_name <> '${COPY_NAME}' LIMIT 1`,
  );
  return others.length > 0;
}
