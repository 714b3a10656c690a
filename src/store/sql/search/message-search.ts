import { sql } from "kysely";
import type { MessageTest } from "./condition-tests.ts";
import type { MessageTests } from "./message-conditions.ts";
import {
  beyond,
  inRange,
  isEmpty,
  ordered,
  partsOf,
  type Direction,
  type IdRange,
} from "./message-ids.ts";
import { ENTRIES_EACH_MIN } from "./message-indexes.ts";
import type { Db, Sql } from "../dialect.ts";
import { nextStretch, type Stretch } from "./search-stretch.ts";

export type SearchBounds = {
  /** Messages to find. */
  readonly limit: number;
  /** Messages to read from anywhere in the table; other work counts as a fraction of one. */
  readonly readsMax: number;
  /** Continues beyond that, a stretch in each turn, until this many are found or the time is up. */
  readonly fill?: (Patience & { readonly messages: number }) | undefined;
};

/** How long a search continues for a full page. */
export type Patience = {
  /** By `performance.now()`. */
  readonly until: number;
  /** Resolves when callbacks and other requests have had their turn. */
  readonly turn: () => Promise<void>;
};

/** Most searches end with the first stretch; each further one reads this many times more. */
const FIRST_READS = 64;
const MORE_READS = 4;
/** For each stretch that fills a page: callbacks wait for one at most. */
const FILL_READS = 200;

export type SearchResult = {
  /** In the order of the search. */
  readonly ids: readonly number[];
  /**
   * Set when the search hit its limit: it checked every message up to this id, in its
   * direction; there are more.
   */
  readonly reached: number | undefined;
};

/**
 * Finds messages at a cost that doesn't grow with history. It goes from one end of the
 * ids to the other, stretch by stretch; see `nextStretch` for how each is chosen.
 */
export async function searchMessages(
  db: Db,
  { tests, ...within }: MessageTests,
  direction: Direction,
  { limit, readsMax, fill }: SearchBounds,
): Promise<SearchResult> {
  const ids: number[] = [];
  let left = readsMax;
  const goesOn = (): boolean =>
    fill !== undefined &&
    ids.length < fill.messages &&
    performance.now() < fill.until;
  let reads = FIRST_READS;
  for (let rest of partsOf(within, direction)) {
    const few = await fewOfMany(db, rest, tests, direction);
    if (few) {
      ids.push(...few.slice(0, limit - ids.length));
      if (ids.length === limit) return { ids, reached: undefined };
      continue;
    }
    while (!isEmpty(rest)) {
      if (left <= 0 && goesOn()) {
        await fill?.turn();
        left = reads = FILL_READS;
      }
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

/**
 * All ids in a range, in the order of the search, when the only condition has many values
 * that few messages have: looking each value up again for each stretch would cost more than
 * reading all of them. Undefined when there are too many messages.
 */
async function fewOfMany(
  db: Db,
  range: IdRange,
  [test, ...others]: readonly MessageTest[],
  direction: Direction,
): Promise<number[] | undefined> {
  const index = test?.index;
  if (!index || others.length > 0 || index.places <= FIRST_READS)
    return undefined;
  if (isEmpty(range)) return [];
  const entriesMax = index.places * ENTRIES_EACH_MIN;
  const { rows } = await sql<{ ids: string }>`
    SELECT ${db.dialect.jsonRows(sql.ref("id"))} AS ids FROM (
      SELECT id FROM (${index.ids(range)}) AS named LIMIT ${entriesMax + 1}
    ) AS found`.execute(db);
  const ids: number[] = JSON.parse(rows[0]?.ids ?? "[]");
  if (ids.length > entriesMax) return undefined;
  const sorted = [...Float64Array.from(ids).sort()];
  const different = sorted.filter((id, place) => id !== sorted[place - 1]);
  return direction === "older" ? different.reverse() : different;
}

/** The first `limit` ids in a stretch, in the order of the search. */
async function idsIn(
  db: Db,
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
  // The tests are for the few messages that are left: an index for one of them is no use.
  return idsOf(
    db,
    sql`SELECT ${id} FROM ${db.dialect.readBy("messages", "messages")} WHERE ${sql.join(conditions, sql` AND `)}
      ORDER BY ${ordered(id, direction)} LIMIT ${limit}`,
  );
}

async function idsOf(db: Db, query: Sql): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`${query}`.execute(db);
  return rows.map((row) => row.id);
}
