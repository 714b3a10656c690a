import { sql, type Kysely, type RawBuilder } from "kysely";
import type { MessageTests } from "./message-conditions.ts";
import {
  beyond,
  inRange,
  isEmpty,
  ordered,
  partsOf,
  type Direction,
} from "./message-ids.ts";
import type { Schema } from "./schema.ts";
import { nextStretch, type Stretch } from "./search-stretch.ts";

export type SearchBounds = {
  /** Messages to find. */
  readonly limit: number;
  /** Messages to read from anywhere in the table; other work is measured in them, less in fractions. */
  readonly readsMax: number;
};

/** Most searches are done after the first stretch; each next one reads this much more. */
const FIRST_READS = 64;
const MORE_READS = 4;

export type SearchResult = {
  /** In the order of the search. */
  readonly ids: readonly number[];
  /**
   * Set when the search ended at its bound: it looked at every message before this id,
   * in its direction, or at this id; there are some beyond.
   */
  readonly reached: number | undefined;
};

/**
 * Finds messages at a cost that does not grow with history. It goes from one end of
 * the ids to the other, stretch by stretch; see `nextStretch` for how each is chosen.
 */
export async function searchMessages(
  db: Kysely<Schema>,
  { tests, ...within }: MessageTests,
  direction: Direction,
  { limit, readsMax }: SearchBounds,
): Promise<SearchResult> {
  const ids: number[] = [];
  let left = readsMax;
  let reads = FIRST_READS;
  for (let rest of partsOf(within, direction)) {
    while (!isEmpty(rest)) {
      if (left <= 0)
        return {
          ids,
          reached: direction === "older" ? rest.to : rest.from - 1,
        };
      reads = Math.min(reads, left);
      const stretch = await nextStretch(db, rest, tests, direction, reads);
      ids.push(...(await idsIn(db, stretch, direction, limit - ids.length)));
      if (ids.length === limit) return { ids, reached: undefined };
      rest = beyond(rest, stretch.range, direction);
      left -= stretch.reads;
      reads *= MORE_READS;
    }
  }
  return { ids, reached: undefined };
}

/** The first `limit` ids in a stretch, in the order of the search. */
async function idsIn(
  db: Kysely<Schema>,
  { range, named, asked, tests }: Stretch,
  direction: Direction,
  limit: number,
): Promise<number[]> {
  const id = sql.ref("messages.id");
  const conditions = tests.map((test) => test.isTrue);
  if (named) {
    const namedId = sql.ref("named.id");
    const candidates = sql`(${named.ids(range)}) AS named
      WHERE ${sql.join([sql`TRUE`, ...asked.map((has) => has(namedId))], sql` AND `)}`;
    if (tests.length === 0)
      return idsOf(
        db,
        sql`SELECT DISTINCT ${namedId} FROM ${candidates} ORDER BY ${ordered(namedId, direction)} LIMIT ${limit}`,
      );
    conditions.unshift(sql`${id} IN (SELECT ${namedId} FROM ${candidates})`);
  } else conditions.unshift(inRange(id, range));
  // Without other indexes, as what the tests say is only of use for the few that are left.
  return idsOf(
    db,
    sql`SELECT ${id} FROM messages NOT INDEXED WHERE ${sql.join(conditions, sql` AND `)}
      ORDER BY ${ordered(id, direction)} LIMIT ${limit}`,
  );
}

async function idsOf(
  db: Kysely<Schema>,
  query: RawBuilder<unknown>,
): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`${query}`.execute(db);
  return rows.map((row) => row.id);
}
