import type { MessagePage, Store } from "../store/store.ts";
import type { BoundedCount, StatusCounts } from "../store/tally.ts";
import { readRange } from "../time-range.ts";
import { hasMistakes, type MessagesQuery } from "./messages-query.ts";

export type MessageListStore = Pick<
  Store,
  "listMessages" | "countMessages" | "tally" | "suggest" | "changesSince"
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
  /** What became of the messages of the last 24 hours. */
  readonly lastDay: StatusCounts;
  readonly offered: Offered;
  /** The latest message and event when the list was made: what comes later is new to it. */
  readonly newestId: number;
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
  const eventId = (await store.changesSince(Number.MAX_SAFE_INTEGER))
    .lastEventId;
  const newest = await store.listMessages([], { size: 1 });
  const { filter } = query.parsed;
  const [page, count, lastDay, countries, senders] = await Promise.all([
    hasMistakes(query) ? undefined : store.listMessages(filter, query.page),
    hasMistakes(query) ? undefined : store.countMessages(filter),
    lastDayCounts(store, now),
    store.suggest("country", "", COUNTRIES_MAX),
    store.suggest("from", "", SENDERS_MAX),
  ]);
  return {
    found: page && count && { page, count },
    lastDay,
    offered: { countries, senders },
    newestId: Math.max(newest.messages[0]?.id ?? 0, page?.messages[0]?.id ?? 0),
    eventId,
  };
}

async function lastDayCounts(
  store: Pick<Store, "tally">,
  now: number,
): Promise<StatusCounts> {
  const { period } = readRange(new URLSearchParams("range=24h"), now);
  const rows = period ? await store.tally({ range: period.range }) : [];
  const sum = (status: keyof StatusCounts): number =>
    rows.reduce((total, { counts }) => total + counts[status], 0);
  return {
    sent: sum("sent"),
    failed: sum("failed"),
    undelivered: sum("undelivered"),
    delivered: sum("delivered"),
    read: sum("read"),
  };
}
