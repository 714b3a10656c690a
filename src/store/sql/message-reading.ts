import { inSteps } from "../core/in-steps.ts";
import type { ReadingOptions } from "../engine.ts";
import type { MessageFilter } from "../filter.ts";
import type { PageRequest, Reading } from "../store.ts";
import { changesSince } from "./reading/changes-since.ts";
import { errorCodeFacts } from "./reading/error-code-facts.ts";
import { eventsAfter, lastEventAt, timeline } from "./reading/event-reader.ts";
import {
  eventsWithMessages,
  feedWithMessages,
  matcher,
} from "./reading/events-with-messages.ts";
import { failingRecipients } from "./reading/failing-reader.ts";
import { feedEnd, feedStart, readFeed } from "./reading/feed.ts";
import {
  addressById,
  changedMessages,
  firstMessageAt,
  messageBySid,
} from "./reading/message-reader.ts";
import { furtherReports, outcomeSources } from "./reading/outcome-sources.ts";
import { recipientCounts } from "./reading/recipient-counts.ts";
import type { Db } from "./dialect.ts";
import {
  countMessages,
  FILL_MS,
  listAndCount,
  listMessages,
  STRETCH,
} from "./search/message-pages.ts";
import { recentNumbersWith } from "./search/recent-numbers.ts";
import { suggest } from "./search/suggestions.ts";
import { countedByMinuteSince } from "./tallies/rollup-reader.ts";
import { newestTally } from "./tallies/newest-tally.ts";
import { deliveryTimes, keptTally, tally } from "./tallies/tallies.ts";
import { topSenders } from "./tallies/top-senders.ts";

/** How an engine runs a query: when it's this one's turn, with its errors explained. */
export type Read = {
  <T>(query: () => Promise<T>): Promise<T>;
  /** Lets other work go first in the middle of a long query. */
  turn(): Promise<void>;
};

/** Rows that are read in one step: few, as what else wants to read or be recorded waits. */
const STEP_ROWS = 25;

/** Everything that reads messages, the same for every engine. */
export function messageReading(
  db: Db,
  read: Read,
  {
    stretch = STRETCH,
    fillMs = FILL_MS,
    stepRows = STEP_ROWS,
  }: ReadingOptions = {},
): Reading {
  const query =
    <Asked extends readonly unknown[], Answer>(
      run: (db: Db, ...asked: Asked) => Promise<Answer>,
    ) =>
    (...asked: Asked): Promise<Answer> =>
      read(() => run(db, ...asked));
  const limits = { stretch, fillMs, turn: () => read.turn() };
  const lists = {
    listMessages: query((db, filter: MessageFilter, page: PageRequest) =>
      listMessages(db, filter, page, limits),
    ),
    failingRecipients: query(failingRecipients),
  };
  return {
    ...lists,
    ...inSteps(
      {
        ...lists,
        eventsAfter: query(eventsAfter),
        feedAfter: query(readFeed),
        feedWithMessages: query(feedWithMessages),
      },
      stepRows,
    ),
    listAndCount: query((db, filter, size) =>
      listAndCount(db, filter, size, limits),
    ),
    countMessages: query((db, filter, newerThan, except = []) =>
      countMessages(db, filter, newerThan, except, limits),
    ),
    messageBySid: query(messageBySid),
    changedMessages: query(changedMessages),
    timeline: query(timeline),
    furtherReports: query(furtherReports),
    outcomeSources: query(outcomeSources),
    tally: query(tally),
    keptTally: query(keptTally),
    newestTally: query((db, filter, asked) =>
      newestTally(db, filter, asked, limits),
    ),
    topSenders: query(topSenders),
    countedByMinuteSince: query(countedByMinuteSince),
    deliveryTimes: query(deliveryTimes),
    errorCodeFacts: query(errorCodeFacts),
    recipientCounts: query(recipientCounts),
    addressById: query(addressById),
    suggest: query(suggest),
    recentNumbersWith: query((db, digits, limit) =>
      recentNumbersWith(db, digits, limit, limits.turn),
    ),
    firstMessageAt: query(firstMessageAt),
    lastEventAt: query(lastEventAt),
    feedStart: query(feedStart),
    feedEnd: query(feedEnd),
    eventsWithMessages: query(eventsWithMessages),
    matcher: query(matcher),
    changesSince: query(changesSince),
  };
}
