import { sql, type Kysely } from "kysely";
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
import type { Schema } from "../schema.ts";

/** A range of ids, and how to find the messages in it that pass all tests. */
export type Stretch = {
  readonly range: IdRange;
  /** Names the messages to look at; without it they are all read, one after the other. */
  readonly named: MessageIndex | undefined;
  /** Whether other indexes have a message too, the rarest first. */
  readonly asked: readonly NonNullable<MessageIndex["has"]>[];
  /** Tests of the messages that are left. */
  readonly tests: readonly MessageTest[];
  /** What it costs, in readings of a message. */
  readonly reads: number;
};

/** So many index entries cost as much as reading one message from anywhere in the table. */
const ENTRIES_FOR_A_READ = 4;

/** And so many messages that are read and tested one after the other. */
const IN_ORDER_FOR_A_READ: Record<Reads, number> = {
  message: 16,
  tags: 8,
  address: 2,
};

/**
 * The next stretch of a search, which costs about `reads` readings of a message. Each
 * index is asked how far so many of its entries reach: where one condition's messages
 * are rare just here, they reach far. The index that reaches furthest names the
 * messages; those that reach far too are asked whether they have them, which costs
 * less than to read them. Where no index reaches further than messages can be read
 * one after the other, they are.
 */
export async function nextStretch(
  db: Kysely<Schema>,
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
  // Where few of the entries make a reading, or none, there may be more of them.
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

/** As far as entries reach that cost as much as so many readings. */
async function furtherRange(
  db: Kysely<Schema>,
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

/** How far so many entries reach, of the indexes that the tests have. */
async function reaches(
  db: Kysely<Schema>,
  rest: IdRange,
  tests: readonly MessageTest[],
  direction: Direction,
  entries: number,
): Promise<Reach[]> {
  const indexed = tests.flatMap((test) =>
    test.index ? [{ test, index: test.index }] : [],
  );
  if (indexed.length === 0) return [];
  const { rows } = await sql<{ ends: string }>`SELECT json_array(${sql.join(
    indexed.map(({ index }) =>
      index.reach(rest, direction, Math.ceil(entries)),
    ),
  )}) AS ends`.execute(db);
  const ends: (number | null)[] = JSON.parse(rows[0]?.ends ?? "[]");
  return indexed.map((each, place) => ({
    ...each,
    range: upTo(rest, direction, ends[place] ?? null),
  }));
}
