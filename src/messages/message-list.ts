import type { MessagePage, Store } from "../store/store.ts";
import type { BoundedCount, StatusCounts } from "../store/tally.ts";
import { lastDayCounts, showsLastDay } from "./last-day.ts";
import { hasMistakes, type MessagesQuery } from "./messages-query.ts";

export type MessageListStore = Pick<
  Store,
  "listMessages" | "countMessages" | "tally" | "suggest" | "lastEventId"
>;

/** Values that the filter's controls offer. */
export type Offered = {
  readonly countries: readonly string[];
  readonly senders: readonly string[];
};

/** What the page of a list shows beside its address. */
export type MessageList = {
  /** Undefined when the address has mistakes. */
  readonly found:
    { readonly page: MessagePage; readonly count: BoundedCount } | undefined;
  /** What became of the messages of the last 24 hours; undefined while something else is filtered. */
  readonly lastDay: StatusCounts | undefined;
  readonly offered: Offered;
  /** All that the filter lets through above this id is in the list; see `ListNews`. */
  readonly completeAbove: number;
  /** The latest event when the list was made. */
  readonly eventId: number;
};

const COUNTRIES_MAX = 300;
const SENDERS_MAX = 50;

/** Reads what a list's page shows. */
export async function readMessageList(
  store: MessageListStore,
  query: MessagesQuery,
  now: number,
): Promise<MessageList> {
  // First, so that nothing falls between the list and what is told later.
  const eventId = await store.lastEventId();
  const newest = await store.listMessages([], { size: 1 });
  const { filter } = query.parsed;
  const [page, count, lastDay, countries, senders] = await Promise.all([
    hasMistakes(query) ? undefined : store.listMessages(filter, query.page),
    hasMistakes(query) ? undefined : store.countMessages(filter),
    showsLastDay(query.parsed.terms) ? lastDayCounts(store, now) : undefined,
    store.suggest("country", "", COUNTRIES_MAX),
    store.suggest("from", "", SENDERS_MAX),
  ]);
  return {
    found: page && count && { page, count },
    lastDay,
    offered: { countries, senders },
    completeAbove: completeAbove(page, newest.messages[0]?.id ?? 0),
    eventId,
  };
}

/**
 * The newest page of a list shows all down to where the next page goes on. Of any other
 * only what comes after the newest message is known to be new.
 */
function completeAbove(
  page: MessagePage | undefined,
  newestId: number,
): number {
  return page === undefined || page.newer !== undefined
    ? newestId
    : (page.older ?? 1) - 1;
}
