import type { TimeRange } from "../time/time-range.ts";
import type { EventStatus } from "../twilio/status.ts";

/** Messages by their current status. */
export type StatusCounts = Readonly<Record<EventStatus, number>>;

/** What a tally can be split by. */
export type Dimension =
  "errorCode" | "country" | "sender" | "service" | "channel";

/**
 * Which messages to count: those first seen in `range`. Its ends are whole minutes.
 * Without `by` and `errorCode` it counts exactly those. With either, an end within an
 * hour is widened to the whole hour if it's before `countedByMinuteSince`.
 */
export type TallyRequest = {
  readonly range: TimeRange;
  /** One row for each value, or one for all without this. Senders and services are text, `null` for none. */
  readonly by?: Dimension;
  /** Only messages with this error code. */
  readonly errorCode?: number;
  /** For `by: "sender"`: only these. */
  readonly senderIds?: readonly number[];
  /** One row for each span of this length, counted from 1970: a whole number of minutes, hours or days. */
  readonly spanMs?: number;
};

/** Which senders to find, of messages first seen in `range`. */
export type TopSendersRequest = {
  readonly range: TimeRange;
  /** Only messages with this error code. */
  readonly errorCode?: number;
  /** Those with the most failed messages, or with the most messages. */
  readonly of: "lost" | "messages";
};

export type TopSenders = {
  /** As in a tally by sender, each with all its counts. */
  readonly rows: readonly TallyRow[];
  /** Whether these are all senders that have any, those with the most, or none, as there are too many to read. */
  readonly coverage: "all" | "most" | "none";
};

/** Messages first seen in `range`, in spans of `spanMs`; see `TallyRequest`. */
export type FilteredTallyRequest = {
  readonly range: TimeRange;
  readonly spanMs: number;
};

export type NewestTallyRequest = FilteredTallyRequest & {
  /** Whether delivery times are wanted, too: they take as long as the counts. */
  readonly isTimed?: boolean;
};

/** Counts of the newest messages that pass a filter, made by reading them. */
export type NewestTally = {
  /**
   * Every message first seen from here on, to the end of the range, is counted: from the
   * range's beginning, or a later minute where there are too many to read.
   */
  readonly since: number;
  /** By error code and span. */
  readonly byCode: readonly TallyRow[];
  readonly byCountry: readonly TallyRow[];
  readonly bySender: readonly TallyRow[];
  /** Of the newest of them, up to `TIMED_MAX`; none unless they were wanted. */
  readonly deliveryTimes: DeliveryTimes;
};

/** How many messages' delivery times a tally of the newest messages reads. */
export const TIMED_MAX = 500;

/** Rows without messages are left out. */
export type TallyRow = {
  /** The value of `by`: a number for error codes, otherwise text; null for messages without one, or without `by`. */
  readonly key: string | number | null;
  /** The beginning of the span, or of the range without `spanMs`. */
  readonly at: number;
  /** Messages by their current status. */
  readonly counts: StatusCounts;
  /** For `by: "sender"`: the address's ID, for `from:~id`. */
  readonly id?: number;
};

/**
 * How many minutes of counts by the minute are kept: a day, and two hours in which links to
 * lists of the last 24 hours still lead to exact counts.
 */
export const MINUTES_KEPT = 26 * 60;

/** How long messages took from their `sent` callback to their `delivered` one. */
export type DeliveryTimes = readonly {
  /** Between these milliseconds: at least `fromMs`, below `toMs`. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly messages: number;
}[];

/** A count that may have stopped at a limit; `isMore` when it did. */
export type BoundedCount = { readonly count: number; readonly isMore: boolean };

/** What is known about an error code besides its counts. */
export type ErrorCodeFacts = {
  readonly errorCode: number;
  /** Distinct recipients of messages with it, in the range. */
  readonly recipients: BoundedCount;
  /** First event of the first and of the latest message with it, ever. */
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
};
