import { endOfSpanSql } from "../../copy/span-sql.ts";
import type { CopiedKey, CopySource } from "../../copying.ts";
import { StoreUnavailable, StoreUnusable } from "../../store.ts";
import { LOCK_OF_WRITERS, RECEIPTS_LOCK } from "../connection/locks.ts";
import type { Connection } from "../connection/pool.ts";
import { codeOf } from "../connection/postgres-errors.ts";
import { placeOf, postgresSettings } from "../connection/settings.ts";
import { requireOurs, SCHEMA_VERSION } from "../migrations/migrations.ts";
import { columnsIn, digestSpan, highestIds, readSpan } from "./copied-rows.ts";
import { connectToCopy, isInUse } from "./copy-connection.ts";

type Query = Connection["query"];

/** Opens the database at `databaseUrl` to copy its ledger, also while nodes run. */
export async function openCopySource(databaseUrl: string): Promise<CopySource> {
  const settings = postgresSettings(databaseUrl);
  const place = placeOf(settings);
  const { use, close } = await connectToCopy(settings);
  try {
    const { columns, ledger } = await use(async (query) => {
      if (
        (await requireOurs({ query, release: () => undefined })) !==
        SCHEMA_VERSION
      )
        throw new StoreUnusable(
          `The ${place} has no tables, or those of an older version. Start the server once; it creates or upgrades them.`,
        );
      const [found] = await query<{ id: string; isCopying: number }>(
        `SELECT id, EXISTS (SELECT FROM copying) AS "isCopying" FROM ledger`,
      );
      if (!found || found.isCopying)
        throw new StoreUnusable(
          `The ${place} has an unfinished copy of a ledger. Finish that one first.`,
        );
      return { columns: await columnsIn(query), ledger: found.id };
    });
    return {
      columns,
      ledger,
      endOfSpan: (table, after, rows) =>
        use(async (query) => {
          const [row] = await query<Record<string, string | number>>(
            endOfSpanSql(table, after, rows),
          );
          const key = row && table.key.map((column) => row[column] ?? 0);
          return key satisfies CopiedKey | undefined;
        }),
      count: ({ name }) =>
        use(async (query) => {
          const [row] = await query<{ rows: number }>(
            `SELECT count(*) AS rows FROM ${name}`,
          );
          return row?.rows ?? 0;
        }),
      read: (group, span) =>
        use((query) => readSpan(query, columns, group, span)),
      digest: (group, span) =>
        use((query) => digestSpan(query, columns, group, span)),
      highestIds: () => use(highestIds),
      hold: () => use((query) => hold(query, place)),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Begins a transaction that reads everything as it is now, while nobody can write: the locks
 * come before it, and end with the connection, however that ends.
 */
async function hold(query: Query, place: string): Promise<boolean> {
  if (await isInUse(query)) return false;
  for (const lock of [RECEIPTS_LOCK, LOCK_OF_WRITERS])
    await query(`SELECT pg_advisory_lock(${lock})`);
  await query("BEGIN ISOLATION LEVEL REPEATABLE READ");
  try {
    await query("SELECT 1 FROM keeper FOR UPDATE");
  } catch (error) {
    if (codeOf(error) !== "40001") throw error;
    await query("ROLLBACK; SELECT pg_advisory_unlock_all()");
    return false;
  }
  const [waiting] = await query<Record<"inbox" | "aside" | "detached", number>>(
    `SELECT EXISTS (SELECT FROM inbox) AS inbox, EXISTS (SELECT FROM inbox_set_aside) AS aside,
       EXISTS (SELECT FROM detached_partitions) AS detached`,
  );
  if (waiting?.inbox)
    throw new StoreUnavailable(
      `The ${place} has callbacks that wait to be recorded. Start a server on it for some seconds, stop it, and run this again.`,
    );
  if (waiting?.aside)
    throw new StoreUnavailable(
      `The ${place} has callbacks in the table inbox_set_aside, which couldn't be recorded, and the copy would lack them. Update smsledger, move them back to inbox, and start a server, which records them.`,
    );
  if (waiting?.detached)
    throw new StoreUnavailable(
      `In the ${place}, deleting old messages was interrupted, and what is left of them would be copied. Run smsledger prune to finish that, and then this again.`,
    );
  return true;
}
