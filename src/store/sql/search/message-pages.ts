import type { MessageFilter } from "../../filter.ts";
import type { CountedPage, MessagePage, PageRequest } from "../../store.ts";
import type { BoundedCount } from "../../tally.ts";
import { exactCount } from "./exact-count.ts";
import { messageTests, type MessageTests } from "./message-conditions.ts";
import type { Direction, IdRange } from "./message-ids.ts";
import {
  searchMessages,
  type SearchBounds,
  type SearchResult,
} from "./message-search.ts";
import { messagesOf } from "../reading/message-reader.ts";
import type { Db } from "../dialect.ts";

/** The limits of one request's searches. */
export type SearchLimits = {
  /** Messages that it reads at a time; see `SearchBounds`. */
  readonly stretch: number;
  /** Milliseconds after which it no longer tries to fill a page. */
  readonly fillMs: number;
  readonly turn: () => Promise<void>;
};

/** A stretch takes a few milliseconds, and callbacks wait for one at most. */
export const STRETCH = 256;
export const FILL_MS = 100;
/** Milliseconds after which a search that has filled its page stops counting. */
const COUNT_MS = 10;

/** Maximum messages that are counted one by one. */
const COUNTED_MAX = 1_000;

/** Bounds of a search that needs `wanted` messages and counts up to `limit`. */
function boundsOf(
  { stretch, fillMs, turn }: SearchLimits,
  wanted: number,
  limit: number,
): SearchBounds {
  const start = performance.now();
  const countMs = Math.min(COUNT_MS, fillMs);
  const goesOn = (found: number): boolean =>
    performance.now() - start < (found < wanted ? fillMs : countMs);
  return { limit, stretch, goesOn, turn };
}

const NO_MESSAGES: MessagePage = {
  messages: [],
  older: undefined,
  newer: undefined,
  lookedBackTo: undefined,
};

export async function listMessages(
  db: Db,
  filter: MessageFilter,
  page: PageRequest,
  limits: SearchLimits,
): Promise<MessagePage> {
  const { size, olderThan, newerThan, fillMs = limits.fillMs } = page;
  const hurried = { ...limits, fillMs: Math.min(fillMs, limits.fillMs) };
  const all = await messageTests(db, filter);
  if (all === undefined) return NO_MESSAGES;
  const direction = newerThan === undefined ? "older" : "newer";
  const from = newerThan ?? olderThan;
  const result = await searchMessages(
    db,
    within(all, direction, from),
    direction,
    boundsOf(hurried, size + 1, size + 1),
  );
  const { page: found, ahead } = await pageOf(db, result, size, direction);
  if (from === undefined) return { ...found, older: ahead };
  const [first] = result.ids;
  const back = await wayBack(db, all, direction, first, from, limits);
  return direction === "older"
    ? { ...found, older: ahead, newer: back }
    : { ...found, older: back, newer: ahead };
}

/**
 * The newest page and the total. Where the rollups don't have the total, the search for
 * the page continues for a moment and counts what it finds.
 */
export async function listAndCount(
  db: Db,
  filter: MessageFilter,
  size: number,
  limits: SearchLimits,
): Promise<CountedPage> {
  const all = await messageTests(db, filter);
  if (all === undefined)
    return { page: NO_MESSAGES, count: { count: 0, isMore: false } };
  const exact = await exactCount(db, filter);
  const limit = exact === undefined ? COUNTED_MAX + 1 : size + 1;
  const bounds = boundsOf(limits, size + 1, limit);
  const result = await searchMessages(db, all, "older", bounds);
  const { page, ahead } = await pageOf(db, result, size, "older");
  return {
    page: { ...page, older: ahead },
    count:
      exact === undefined
        ? countOf(result.ids.length, result)
        : { count: exact, isMore: false },
  };
}

/** How many messages pass the filter, of those with an id above `newerThan` and not in `except`. */
export async function countMessages(
  db: Db,
  filter: MessageFilter,
  newerThan: number | undefined,
  except: readonly number[],
  limits: SearchLimits,
): Promise<BoundedCount> {
  const isOfAll = newerThan === undefined && except.length === 0;
  const exact = isOfAll ? await exactCount(db, filter) : undefined;
  if (exact !== undefined) return { count: exact, isMore: false };
  const all = await messageTests(db, filter);
  if (all === undefined) return { count: 0, isMore: false };
  const newer = within(all, "newer", newerThan);
  const bounds = boundsOf(limits, 0, COUNTED_MAX + except.length + 1);
  const result = await searchMessages(db, newer, "older", bounds);
  const known = new Set(except);
  return countOf(result.ids.filter((id) => !known.has(id)).length, result);
}

function countOf(count: number, { reached }: SearchResult): BoundedCount {
  return {
    count: Math.min(count, COUNTED_MAX),
    isMore: count > COUNTED_MAX || reached !== undefined,
  };
}

/** A page of the first messages found, without its links; `ahead` is where there can be more. */
async function pageOf(
  db: Db,
  { ids, reached }: SearchResult,
  size: number,
  direction: Direction,
): Promise<{ readonly page: MessagePage; readonly ahead: number | undefined }> {
  const isFull = ids.length > size;
  const messages = await messagesOf(db, ids.slice(0, size));
  return {
    page: {
      ...NO_MESSAGES,
      messages: messages.toSorted((a, b) => b.id - a.id),
      lookedBackTo:
        isFull || reached === undefined
          ? undefined
          : await firstEventAt(db, direction, reached),
    },
    ahead: isFull ? ids[size - 1] : reached,
  };
}

/** Those that come after this id in this direction. */
function within(
  all: MessageTests,
  direction: Direction,
  from: number | undefined,
): MessageTests {
  if (from === undefined) return all;
  const { from: lowest, to } = all.range;
  return {
    ...all,
    range:
      direction === "older"
        ? { from: lowest, to: Math.min(to, from) }
        : { from: Math.max(lowest, from + 1), to },
  };
}

/**
 * The id to page back from, against the search's direction: its first message, or for an
 * empty page its start. Undefined when there is nothing; if unsure, there is.
 */
async function wayBack(
  db: Db,
  all: MessageTests,
  direction: Direction,
  first: number | undefined,
  from: number,
  { stretch, turn }: SearchLimits,
): Promise<number | undefined> {
  const isOlder = direction === "older";
  const id = first ?? (isOlder ? from - 1 : from + 1);
  const back = isOlder ? "newer" : "older";
  const there = within(all, back, id);
  const { range } = there;
  const isAny = async (among: IdRange): Promise<boolean> => {
    const { ids, reached } = await searchMessages(
      db,
      { ...there, range: among },
      back,
      { limit: 1, stretch, goesOn: () => false, turn },
    );
    return ids.length > 0 || reached !== undefined;
  };
  // Paging starts from a message that passes, so checking that one is quick.
  const origin = {
    from: Math.max(range.from, from),
    to: Math.min(range.to, from + 1),
  };
  return (await isAny(origin)) || (await isAny(range)) ? id : undefined;
}

/** When the message with this id, or the next one that was checked, was first seen. */
async function firstEventAt(
  db: Db,
  direction: Direction,
  id: number,
): Promise<number | undefined> {
  const isOlder = direction === "older";
  const row = await db
    .selectFrom("messages")
    .select("first_event_at")
    .where("id", isOlder ? ">=" : "<=", id)
    .orderBy("id", isOlder ? "asc" : "desc")
    .limit(1)
    .executeTakeFirst();
  return row?.first_event_at;
}
