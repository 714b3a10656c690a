import {
  NUMBERED_TABLES,
  RECORDED_TABLES,
  SIGNS_OF_USE,
} from "../../copy/copied-tables.ts";
import { ValueTaken, type CopyTarget, type HighestIds } from "../../copying.ts";
import { StoreUnusable } from "../../store.ts";
import { COPY_LOCK } from "../connection/locks.ts";
import type { Connection } from "../connection/pool.ts";
import { codeOf } from "../connection/postgres-errors.ts";
import { openPool } from "../connection/pool.ts";
import {
  placeOf,
  postgresSettings,
  type PostgresSettings,
} from "../connection/settings.ts";
import { inTransaction } from "../connection/in-transaction.ts";
import {
  migrate,
  SCHEMA_VERSION,
  requireOurs,
} from "../migrations/migrations.ts";
import { columnsIn, digestSpan, highestIds, readSpan } from "./copied-rows.ts";
import { clearSpan, replaceSpan, storedRow } from "./copied-parts.ts";
import { connectToCopy, COPY_PARAMETERS, isInUse } from "./copy-connection.ts";
import { judgeReceivedMeanwhile } from "./received-meanwhile.ts";

type Query = Connection["query"];

const LOCK_ATTEMPTS_MAX = 20;
const LOCK_AGAIN_MS = 250;

/** Opens the database at `databaseUrl`, which is empty or an unfinished copy of this ledger, to copy the ledger into it. */
export async function openCopyTarget(
  databaseUrl: string,
  ledger: string,
): Promise<CopyTarget> {
  const settings = postgresSettings(databaseUrl);
  const { use, close } = await connectToCopy(settings);
  try {
    await createTables(settings, use);
    const columns = await use(async (query) => {
      await begin(query, placeOf(settings), ledger);
      return columnsIn(query);
    });
    const changing = (work: (query: Query) => Promise<void>): Promise<void> =>
      use((query) => inTransaction(query, () => work(query)));
    return {
      columns,
      stored: (table, row) => storedRow(columns, table, row),
      read: (group, span) =>
        use((query) => readSpan(query, columns, group, span)),
      digest: (group, span) =>
        use((query) => digestSpan(query, columns, group, span)),
      highestIds: () => use(highestIds),
      replace: (group, span, rows, isFinal) =>
        changing(async (query) => {
          try {
            const isWhole = await replaceSpan(
              query,
              columns,
              group,
              span,
              rows,
            );
            // Receipts that lack something wouldn't be noticed later, so there are none yet.
            if (!isWhole && !isFinal) await clearSpan(query, group, span);
          } catch (error) {
            if (/^(?:23505|23P01)$/.test(codeOf(error) ?? ""))
              throw new ValueTaken();
            throw error;
          }
        }),
      clearAfter: (group, after) =>
        changing((query) =>
          clearSpan(query, group, { after, until: undefined }),
        ),
      async admitServers() {
        await use((query) => query("UPDATE copying SET is_open = 1"));
        return true;
      },
      async finish(ids) {
        // Otherwise pages are slow until the server has found the time for it.
        await use((query) => query("ANALYZE"));
        await changing((query) => finish(query, ids));
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function createTables(
  settings: PostgresSettings,
  use: <T>(work: (query: Query) => Promise<T>) => Promise<T>,
): Promise<void> {
  const version = await use((query) =>
    requireOurs({ query, release: () => undefined }),
  );
  if (version === SCHEMA_VERSION) return;
  if (version > 0)
    throw new StoreUnusable(
      `The ${placeOf(settings)} has tables of an older version. Give an empty database.`,
    );
  const pool = openPool(settings, { max: 1, parameters: COPY_PARAMETERS });
  try {
    await use(() => migrate(pool));
  } finally {
    await pool.close();
  }
}

/** A copy that was killed keeps the lock until the server notices. */
async function lockForCopy(query: Query, place: string): Promise<void> {
  for (let left = LOCK_ATTEMPTS_MAX; ; left--) {
    const [lock] = await query<{ isOurs: number }>(
      `SELECT pg_try_advisory_lock(${COPY_LOCK}) AS "isOurs"`,
    );
    if (lock?.isOurs) return;
    if (left === 0)
      throw new StoreUnusable(
        `Another smsledger copy writes to the ${place}. Wait until it's done.`,
      );
    await Bun.sleep(LOCK_AGAIN_MS);
  }
}

/**
 * Until it's finished, a copy has a row in `copying`, and nobody can become its keeper. From
 * then on it's the source's ledger.
 */
async function begin(
  query: Query,
  place: string,
  ledger: string,
): Promise<void> {
  await lockForCopy(query, place);
  const [found] = await query<{ id: string; isCopying: number }>(
    `SELECT id, EXISTS (SELECT FROM copying) AS "isCopying" FROM ledger`,
  );
  if (found?.isCopying) {
    if (found.id === ledger) return;
    throw new StoreUnusable(
      `The ${place} has an unfinished copy of another ledger. Give an empty database, or empty this one (dropdb, createdb).`,
    );
  }
  if (await isInUse(query))
    throw new StoreUnusable(
      `A server or a command uses the ${place}. Stop it, and run this again.`,
    );
  await inTransaction(query, async () => {
    const [used] = await query<{ isUsed: number }>(
      `SELECT ${[...SIGNS_OF_USE, "inbox", "inbox_set_aside"]
        .map((table) => `EXISTS (SELECT FROM ${table})`)
        .join(" OR ")} AS "isUsed"`,
    );
    const free = await query(
      `UPDATE keeper SET holder = 'copy', node = 'smsledger copy', since = clock_timestamp(),
         until = '3000-01-01' WHERE until < clock_timestamp() RETURNING one`,
    );
    if (used?.isUsed || free.length === 0)
      throw new StoreUnusable(
        `The ${place} has a ledger already, and nothing was changed in it. Give an empty database.`,
      );
    await query("UPDATE ledger SET id = $1::text", [ledger]);
    await query("INSERT INTO copying VALUES (1, 0)");
  });
}

/** The last transaction of a copy. */
async function finish(query: Query, ids: HighestIds): Promise<void> {
  await query("SET LOCAL synchronous_commit = on");
  await requireEveryReceipt(query);
  await setHighestIds(query, ids);
  await judgeReceivedMeanwhile(query);
  await query(`DELETE FROM copying;
    UPDATE keeper SET holder = NULL, until = clock_timestamp(), version = version + 1`);
}

async function requireEveryReceipt(query: Query): Promise<void> {
  const [counts] = await query<{ isWhole: number }>(
    `SELECT (SELECT count(*) FROM receipts) = messages.count
        AND (SELECT count(*) FROM message_sids) = messages.count AS "isWhole"
      FROM (SELECT count(*) FROM messages) AS messages`,
  );
  if (!counts?.isWhole)
    throw new StoreUnusable(
      "The copy lacks receipts of some messages, or has some of messages that aren't there. Empty the database, and start again.",
    );
}

async function setHighestIds(query: Query, ids: HighestIds): Promise<void> {
  for (const name of RECORDED_TABLES)
    await query(
      "UPDATE highest_ids SET id = $2::bigint WHERE name = $1::text",
      [name, ids[name] ?? 0],
    );
  for (const name of NUMBERED_TABLES) {
    const id = ids[name] ?? 0;
    await query(
      `SELECT setval(pg_get_serial_sequence('${name}', 'id'), ${Math.max(1, id)}, ${id > 0})`,
    );
  }
}
