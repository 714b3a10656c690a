import { sql } from "kysely";
import type { Db, Sql } from "../dialect.ts";
import type { MessageTest } from "./condition-tests.ts";
import type { MessageTests } from "./message-conditions.ts";
import {
  beyond,
  inRange,
  isEmpty,
  lengthOf,
  nearEnd,
  ordered,
  partsOf,
  upTo,
  type Direction,
  type IdRange,
} from "./message-ids.ts";
import type { MessageIndex } from "./message-indexes.ts";

export type SearchBounds = {
  /** Maximum messages to find. */
  readonly limit: number;
  /** Messages of an index in one stretch. */
  readonly stretch: number;
  /** Whether to search another stretch after having found this many. */
  readonly goesOn: (found: number) => boolean;
  /** Resolves when callbacks and other requests have had their turn. */
  readonly turn: () => Promise<void>;
};

/** Reading this many messages in the order of their ids costs about as much as one that an index lists. */
const IN_ORDER = 8;

export type SearchResult = Reached & {
  /** In the order of the search. */
  readonly ids: readonly number[];
};

type Reached = {
  /**
   * Set when the search stopped early: it has read every message before this id, in its
   * direction, or at this id; there are more beyond.
   */
  readonly reached: number | undefined;
};

/**
 * Finds messages at a cost that doesn't grow with history: it goes from one end of the
 * ids toward the other, stretch by stretch, while `goesOn` allows it. The first stretch is
 * always searched.
 */
export async function searchMessages(
  db: Db,
  tests: MessageTests,
  direction: Direction,
  bounds: SearchBounds,
): Promise<SearchResult> {
  const { rows, reached } = await searchRows(
    db,
    tests,
    direction,
    bounds,
    idsIn,
  );
  return { ids: rows, reached };
}

/** Reads the first `limit` messages in a stretch, in the order of the search. */
type ReadStretch<Row> = (
  db: Db,
  stretch: Stretch,
  direction: Direction,
  limit: number,
) => Promise<Row[]>;

/** The same, with what `read` resolves to of each message. */
async function searchRows<Row>(
  db: Db,
  { tests, ...within }: MessageTests,
  direction: Direction,
  { limit, stretch, goesOn, turn }: SearchBounds,
  read: ReadStretch<Row>,
): Promise<Reached & { readonly rows: readonly Row[] }> {
  const rows: Row[] = [];
  let isFirst = true;
  for (let rest of partsOf(within, direction)) {
    while (!isEmpty(rest)) {
      if (!isFirst) {
        if (!goesOn(rows.length))
          return {
            rows,
            reached: direction === "older" ? rest.to : rest.from - 1,
          };
        await turn();
      }
      isFirst = false;
      const next = await nextStretch(db, rest, tests, direction, stretch);
      rows.push(...(await read(db, next, direction, limit - rows.length)));
      if (rows.length === limit) return { rows, reached: undefined };
      rest = beyond(rest, next.range, direction);
    }
  }
  return { rows, reached: undefined };
}

/** Searches, and reads these columns of the table `messages` of all that it finds. */
export function searchColumns<Row>(
  db: Db,
  tests: MessageTests,
  direction: Direction,
  bounds: Omit<SearchBounds, "limit">,
  columns: Sql,
) {
  const limit = Number.MAX_SAFE_INTEGER;
  return searchRows<Row>(
    db,
    tests,
    direction,
    { ...bounds, limit },
    async (_, stretch) => {
      const query = messagesIn(db, stretch, columns);
      return (await sql<Row>`${query}`.execute(db)).rows;
    },
  );
}

/** A range of ids, and how to find the messages in it that pass all tests. */
type Stretch = {
  readonly range: IdRange;
  /** Lists the messages to test; without it they are all read in order. */
  readonly index: MessageIndex | undefined;
  /** Tests of those messages. */
  readonly tests: readonly MessageTest[];
};

/**
 * Each index tells how far this many of its messages reach: the rarer they are, the
 * further. The index that reaches furthest lists the messages of the stretch, unless
 * reading all messages in order reaches as far.
 */
async function nextStretch(
  db: Db,
  rest: IdRange,
  tests: readonly MessageTest[],
  direction: Direction,
  messages: number,
): Promise<Stretch> {
  const inOrder = nearEnd(rest, direction, messages * IN_ORDER);
  const indexed = tests.flatMap((test) =>
    test.index ? [{ test, index: test.index }] : [],
  );
  // Without a test, each message is found: the limit ends the search.
  if (tests.length === 0) return { range: rest, index: undefined, tests };
  let stretch: Stretch = { range: inOrder, index: undefined, tests };
  if (isEmpty(beyond(rest, inOrder, direction))) return stretch;
  const reaches = [
    reachInOrder(db, rest, direction, messages * IN_ORDER),
    ...indexed.map(({ index }) => index.reach(rest, direction, messages)),
  ];
  const { rows } = await sql<{
    ends: string;
  }>`SELECT ${db.dialect.jsonArray(...reaches)} AS ends`.execute(db);
  const [inOrderEnd = null, ...ends]: (number | null)[] = JSON.parse(
    rows[0]?.ends ?? "[]",
  );
  stretch = { ...stretch, range: upTo(rest, direction, inOrderEnd) };
  indexed.forEach(({ test, index }, place) => {
    const range = upTo(rest, direction, ends[place] ?? null);
    if (lengthOf(range) > lengthOf(stretch.range))
      stretch = { range, index, tests: tests.filter((each) => each !== test) };
  });
  return stretch;
}

/** The id of the last of this many messages in the range; null if it has no more. Ids have gaps. */
function reachInOrder(
  { dialect }: Db,
  range: IdRange,
  direction: Direction,
  messages: number,
): Sql {
  const id = sql.ref("messages.id");
  return sql`(SELECT ${id} FROM ${dialect.readBy("messages", "messages")} WHERE ${inRange(id, range)}
    ORDER BY ${ordered(id, direction)} LIMIT 1 OFFSET ${messages - 1})`;
}

/** The first `limit` ids in a stretch, in the order of the search. */
async function idsIn(
  db: Db,
  { range, index, tests }: Stretch,
  direction: Direction,
  limit: number,
): Promise<number[]> {
  if (index && tests.length === 0) {
    const id = sql.ref("named.id");
    return idsOf(
      db,
      sql`SELECT DISTINCT ${id} FROM (${index.ids(range)}) AS named
        ORDER BY ${ordered(id, direction)} LIMIT ${limit}`,
    );
  }
  const id = sql.ref("messages.id");
  return idsOf(
    db,
    sql`${messagesIn(db, { range, index, tests }, id)}
      ORDER BY ${ordered(id, direction)} LIMIT ${limit}`,
  );
}

/** The messages of a stretch, in any order. */
function messagesIn(
  { dialect }: Db,
  { range, index, tests }: Stretch,
  columns: Sql,
): Sql {
  const id = sql.ref("messages.id");
  const conditions = [
    index
      ? dialect.listed(id, index.ids(range), inRange(id, range))
      : inRange(id, range),
    ...tests.map((test) => test.isTrue),
  ];
  // The tests only run on the few remaining messages, where another index doesn't help.
  return sql`SELECT ${columns} FROM ${dialect.readBy("messages", "messages")}
    WHERE ${sql.join(conditions, sql` AND `)}`;
}

async function idsOf(db: Db, query: Sql): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`${query}`.execute(db);
  return rows.map((row) => row.id);
}
