import type { TimeRange } from "../time/time-range.ts";
import type { EventStatus } from "../twilio/status.ts";

/** Messages by their current status. */
export type StatusCounts = Readonly<Record<EventStatus, number>>;

/** What a tally can be split by. */
export type Dimension =
  "errorCode" | "country" | "sender" | "service" | "channel";

/**
 * Which messages to count: those first seen in `range`. Its ends are whole minutes. Without
 * `by` and `errorCode` it counts exactly those. With either, an end between two hours is
 * widened to the whole hour where it is before `countedByMinuteSince`.
 */
export type TallyRequest = {
  readonly range: TimeRange;
  /** One row for each value; without it one for all. Senders and services are text, `null` for none. */
  readonly by?: Dimension;
  /** Only messages with this error code. */
  readonly errorCode?: number;
  /** One row for each span of this length, counted from 1970: minutes, hours or days, a whole number of them. */
  readonly spanMs?: number;
};

/** Which senders to find, of messages first seen in `range`. */
export type TopSendersRequest = {
  readonly range: TimeRange;
  /** Only messages with this error code. */
  readonly errorCode?: number;
  /** Those with most messages that failed or were undelivered, or with most messages. */
  readonly of: "lost" | "messages";
};

export type TopSenders = {
  /** As `tally` by sender has them, each with all its counts. */
  readonly rows: readonly TallyRow[];
  /** Whether these are all senders that have any, those with most of it, or, as there are too many to read, none. */
  readonly coverage: "all" | "most" | "none";
};

/** Rows with no message at all are left out. */
export type TallyRow = {
  /** The value of `by`: a number for error codes, else text; null for messages without one, or when `by` was not given. */
  readonly key: string | number | null;
  /** The beginning of the span; the range's when `spanMs` was not given. */
  readonly at: number;
  /** Messages by what became of them until now. */
  readonly counts: StatusCounts;
  /** Of `by: "sender"`: the address's id, for `from:~id`. */
  readonly id?: number;
};

/**
 * How many minutes back everything is counted by the minute: a day, and two hours in which
 * links to lists of the last 24 hours still lead to exact counts.
 */
export const MINUTES_KEPT = 26 * 60;

/** How many messages took how long from their `sent` callback to their `delivered` one. */
export type DeliveryTimes = readonly {
  /** Between these milliseconds: at least `fromMs`, below `toMs`. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly messages: number;
}[];

/** A count that stopped at a limit: there are at least so many when `isMore`. */
export type BoundedCount = { readonly count: number; readonly isMore: boolean };

/** What is known of an error code beside its counts. */
export type ErrorCodeFacts = {
  readonly errorCode: number;
  /** Different recipients of messages with it, in the range asked for. */
  readonly recipients: BoundedCount;
  /** First event of the first and the latest message with it, in the order of recording, of all time. */
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
};
