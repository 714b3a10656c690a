import type { FeedPosition } from "../store/feed-position.ts";
import type { CountedPage, MessagePage, Store } from "../store/store.ts";
import type { StatusCounts } from "../store/tally.ts";
import { lastDayCounts, showsLastDay } from "./last-day.ts";
import {
  hasMistakes,
  isFirstPage,
  type MessagesQuery,
} from "./messages-query.ts";

export type MessageListStore = Pick<
  Store,
  | "listMessages"
  | "listAndCount"
  | "countMessages"
  | "tally"
  | "countedByMinuteSince"
  | "suggest"
  | "feedEnd"
>;

/** The values that the filter controls offer. */
export type Offered = {
  readonly countries: readonly string[];
  readonly senders: readonly string[];
};

/** The data of a list's page, in addition to its address. */
export type MessageList = {
  /** Undefined if the address has mistakes. */
  readonly found: CountedPage | undefined;
  /** The messages of the last 24 hours by status; undefined if anything else is filtered, or while they aren't counted by the minute. */
  readonly lastDay: StatusCounts | undefined;
  readonly offered: Offered;
  /** The list contains every match above this ID; see `ListNews`. */
  readonly completeAbove: number;
  /** The end of the feed when the list was read. */
  readonly position: FeedPosition;
};

const COUNTRIES_MAX = 300;
const SENDERS_MAX = 50;

/** Reads the data of a list's page. */
export async function readMessageList(
  store: MessageListStore,
  query: MessagesQuery,
  now: number,
): Promise<MessageList> {
  // First, so that nothing is lost between the list and later updates.
  const position = await store.feedEnd();
  const newestId = await readNewestId(store, query);
  const [found, lastDay, countries, senders] = await Promise.all([
    hasMistakes(query) ? undefined : find(store, query),
    showsLastDay(query.parsed.terms) ? lastDayCounts(store, now) : undefined,
    store.suggest("country", "", COUNTRIES_MAX),
    store.suggest("from", "", SENDERS_MAX),
  ]);
  return {
    found,
    lastDay,
    offered: { countries, senders },
    completeAbove: completeAbove(found?.page, newestId),
    position,
  };
}

/** Returns the newest message's ID; 0 on a list's first page, which doesn't need it, and if there are no messages. */
async function readNewestId(
  store: MessageListStore,
  query: MessagesQuery,
): Promise<number> {
  if (isFirstPage(query) && !hasMistakes(query)) return 0;
  const { messages } = await store.listMessages([], { size: 1 });
  return messages[0]?.id ?? 0;
}

async function find(
  store: MessageListStore,
  query: MessagesQuery,
): Promise<CountedPage> {
  const { parsed, page: asked } = query;
  if (isFirstPage(query)) return store.listAndCount(parsed.filter, asked.size);
  const [page, count] = await Promise.all([
    store.listMessages(parsed.filter, asked),
    store.countMessages(parsed.filter),
  ]);
  return { page, count };
}

/**
 * The newest page of a list shows everything down to where the next page starts. On
 * any other, only what arrives after the newest message is known to be new.
 */
function completeAbove(
  page: MessagePage | undefined,
  newestId: number,
): number {
  return page === undefined || page.newer !== undefined
    ? newestId
    : (page.older ?? 1) - 1;
}
