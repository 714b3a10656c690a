import { sql } from "kysely";
import {
  beyond,
  isEmpty,
  lengthOf,
  nearEnd,
  upTo,
  type Direction,
  type IdRange,
} from "./message-ids.ts";
import { entriesOfEach, type MessageIndex } from "./message-indexes.ts";
import type { MessageTest, Reads } from "./condition-tests.ts";
import type { Db } from "../dialect.ts";

/** A range of ids, and how to find the messages in it that pass all tests. */
export type Stretch = {
  readonly range: IdRange;
  /** The index that lists the messages to check; without it they are all read in order. */
  readonly named: MessageIndex | undefined;
  /** Whether other indexes have a message too, the rarest first. */
  readonly asked: readonly NonNullable<MessageIndex["has"]>[];
  /** Tests of the messages that are left. */
  readonly tests: readonly MessageTest[];
  /** What it costs, in messages read. */
  readonly reads: number;
};

/** This many index entries cost as much as reading one message from anywhere in the table. */
const ENTRIES_FOR_A_READ = 4;

/** And this many messages that are read and tested in order. */
const IN_ORDER_FOR_A_READ: Record<Reads, number> = {
  message: 16,
  tags: 8,
  address: 2,
};

/**
 * The next stretch of a search, which costs about as much as reading `reads` messages.
 * For each index it finds how far that many entries reach: where one condition's messages
 * are rare, they reach far. The index that reaches furthest lists the messages. Others
 * that reach far tell whether they have them too, which costs less than reading the
 * messages. If no index reaches further than reading messages in order would, they are
 * read in order.
 */
export async function nextStretch(
  db: Db,
  rest: IdRange,
  tests: readonly MessageTest[],
  direction: Direction,
  reads: number,
): Promise<Stretch> {
  const inOrder = nearEnd(
    rest,
    direction,
    Math.ceil(reads * inOrderForARead(tests)),
  );
  const allRead: Stretch = {
    range: inOrder,
    named: undefined,
    asked: [],
    tests,
    reads,
  };
  if (isEmpty(beyond(rest, inOrder, direction))) return allRead;

  const [rarest, ...rare] = (await reaches(db, rest, tests, direction, reads))
    .filter(({ range }) => lengthOf(range) > lengthOf(inOrder))
    .toSorted((a, b) => lengthOf(b.range) - lengthOf(a.range));
  if (!rarest) return allRead;

  const asked = rare.filter(({ index }) => index.has);
  const answered = [rarest, ...asked].map(({ test }) => test);
  const left = tests.filter((test) => !answered.includes(test));
  // When few entries lead to reading a message, or none, more entries fit.
  const isFurther = asked.length > 0 || left.length === 0;
  return {
    range: isFurther
      ? await furtherRange(db, rest, rarest, direction, reads)
      : rarest.range,
    named: rarest.index,
    asked: asked.flatMap(({ index }) => index.has ?? []),
    tests: left,
    reads: Math.max(reads, rarest.index.places),
  };
}

/** How far entries reach that together cost as much as reading this many messages. */
async function furtherRange(
  db: Db,
  rest: IdRange,
  { test, index: { places }, range }: Reach,
  direction: Direction,
  reads: number,
): Promise<IdRange> {
  const entries = reads * ENTRIES_FOR_A_READ;
  const isSame =
    entriesOfEach(places, entries) === entriesOfEach(places, reads);
  if (isSame) return range;
  const [further] = await reaches(db, rest, [test], direction, entries);
  return further?.range ?? range;
}

function inOrderForARead(tests: readonly MessageTest[]): number {
  return Math.min(
    IN_ORDER_FOR_A_READ.message,
    ...tests.map((test) => IN_ORDER_FOR_A_READ[test.reads]),
  );
}

type Reach = {
  readonly test: MessageTest;
  readonly index: MessageIndex;
  readonly range: IdRange;
};

/** How far this many entries reach in each index that the tests have. */
async function reaches(
  db: Db,
  rest: IdRange,
  tests: readonly MessageTest[],
  direction: Direction,
  entries: number,
): Promise<Reach[]> {
  const indexed = tests.flatMap((test) =>
    test.index ? [{ test, index: test.index }] : [],
  );
  if (indexed.length === 0) return [];
  const { rows } = await sql<{
    ends: string;
  }>`SELECT ${db.dialect.jsonArray(
    ...indexed.map(({ index }) =>
      index.reach(rest, direction, Math.ceil(entries)),
    ),
  )} AS ends`.execute(db);
  const ends: (number | null)[] = JSON.parse(rows[0]?.ends ?? "[]");
  return indexed.map((each, place) => ({
    ...each,
    range: upTo(rest, direction, ends[place] ?? null),
  }));
}
