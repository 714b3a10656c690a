import type { Callback } from "../twilio/callback.ts";
import type { FormParams } from "../twilio/form.ts";
import type { Channel, EventStatus } from "../twilio/status.ts";
import type { EventSource } from "./event-sources.ts";
import type { FeedPosition } from "./feed-position.ts";
import type { MessageFilter } from "./filter.ts";
import type {
  BoundedCount,
  DeliveryTimes,
  ErrorCodeFacts,
  FilteredTallyRequest,
  NewestTally,
  NewestTallyRequest,
  StatusCounts,
  TallyRequest,
  TallyRow,
  TopSenders,
  TopSendersRequest,
} from "./tally.ts";
import type { Suppression } from "./suppressions.ts";
import type { TimeRange } from "../time/time-range.ts";

/** An event as a source reports it: a verified callback whose status is recorded, or the same from elsewhere. */
export type NewEvent = Omit<Callback, "messageStatus"> & {
  readonly source: EventSource;
  /** When it happened by Twilio's clock, milliseconds since 1970; callbacks don't say. */
  readonly occurredAt: number | null;
  /**
   * When the message was sent, or else created, by Twilio's clock: of what the Messages API
   * reports, so that a message that nothing else reported counts in its own time.
   */
  readonly sentAt?: number | undefined;
  /** The carrier's mobile country code and network code; callbacks don't say. */
  readonly mcc: string | null;
  readonly mnc: string | null;
  /** What `messageStatus` is recorded as. */
  readonly status: EventStatus;
  /** When it was received: our clock, milliseconds since 1970. */
  readonly receivedAt: number;
  /**
   * The callback URL's query string as it arrived, without the question mark; from another
   * source, the message's tags in the same form.
   */
  readonly query: string;
};

/**
 * What recording an event did: it was new; it added something to a known event; it confirmed
 * a known event as the first report of its source; it repeated what was known; or it was
 * refused because its message belongs to another account.
 */
export type RecordOutcome =
  "new" | "supplement" | "confirmation" | "repeat" | "other-account";

/** How many events `recordEvents` takes at most. */
export const RECORDED_AT_ONCE_MAX = 2_000;

/** Another source's report of a recorded event, which at most fills gaps. */
export type Confirmation = Pick<
  NewEvent,
  "source" | "receivedAt" | "occurredAt" | "numSegments" | "mcc" | "mnc"
>;

/** An event as recorded. Ids rise in recording order. */
export type EventRow = Omit<NewEvent, "sentAt"> & {
  readonly id: number;
  /** Whether it adds something to an earlier event of this message with this status. */
  readonly isSupplement: boolean;
  /** How often the same callback was repeated, and when last. */
  readonly repeats: number;
  readonly lastRepeatAt: number | null;
  /** By other sources, in the order of `EVENT_SOURCES`. They aren't entries of the feed. */
  readonly confirmations: readonly Confirmation[];
};

/** What is known about one message: its events, merged so that their order doesn't matter. */
export type MessageRow = {
  /** Rises in the order in which messages were first seen. */
  readonly id: number;
  readonly messageSid: string;
  readonly channel: Channel;
  /** The highest status among its events. */
  readonly status: EventStatus;
  readonly to: string | null;
  readonly from: string | null;
  /** Ids of both addresses, for links and filters that don't show a number. */
  readonly recipientId: number | null;
  readonly senderId: number | null;
  /** The recipient's country, ISO 3166-1 alpha-2; null when the number doesn't say. */
  readonly country: string | null;
  /** Stays once seen, even when a later event says delivered. */
  readonly errorCode: number | null;
  readonly accountSid: string | null;
  readonly messagingServiceSid: string | null;
  readonly numSegments: number | null;
  /** The carrier; see `NewEvent`. Null without both codes. */
  readonly mcc: string | null;
  readonly mnc: string | null;
  /** Who reported any of its events, in the order of `EVENT_SOURCES`. */
  readonly sources: readonly EventSource[];
  /**
   * When its first and its latest event were received, milliseconds since 1970. The first one
   * counts from when Twilio sent the message if it was read from the Messages API.
   */
  readonly firstEventAt: number;
  readonly lastEventAt: number;
  /** Pairs of the callback URLs' queries, of all its events, sorted, without duplicates. */
  readonly tags: FormParams;
};

/** How the status of a message became known. */
export type OutcomeSources = {
  /** Those that reported it. */
  readonly sources: readonly EventSource[];
  /** How many of its events, after a given one, the Messages API was the first to report. */
  readonly found: number;
};

/** A page of messages, newest first. */
export type MessagePage = {
  readonly messages: readonly MessageRow[];
  /**
   * Where the next pages begin: with ids below `older`, or above `newer`; undefined at an
   * end. A rare filter's page may be short, or empty, and still have an `older`.
   */
  readonly older: number | undefined;
  readonly newer: number | undefined;
  /**
   * Set when a page is short because the search hit its limit: when the last message that
   * it read was first seen. The next page continues from there.
   */
  readonly lookedBackTo: number | undefined;
};

/** The newest page of a list, and how many messages the list has, up to a limit. */
export type CountedPage = {
  readonly page: MessagePage;
  readonly count: BoundedCount;
};

export type PageRequest = {
  readonly size: number;
  readonly olderThan?: number;
  readonly newerThan?: number;
  /** Milliseconds after which the search no longer tries to fill the page, if it usually takes longer. */
  readonly fillMs?: number;
};

/** What was recorded since a position in the feed. */
export type Changes = {
  /** The end of the feed: everything up to it is counted. */
  readonly end: FeedPosition;
  /** Events since, and how many of them failed. */
  readonly events: BoundedCount;
  readonly failures: BoundedCount;
};

/** Part of the feed. */
export type FeedPage = {
  /** In recording order. */
  readonly events: readonly EventRow[];
  /** After the last of these events. */
  readonly next: FeedPosition;
};

/** An event, and its message as it is now. */
export type EventWithMessage = {
  readonly event: EventRow;
  readonly message: MessageRow;
};

export type Matches = (
  event: Pick<EventRow, "status" | "errorCode" | "source">,
  message: MessageRow,
) => boolean;

/** Part of the feed, with messages. */
export type FeedPageWithMessages = {
  /** In recording order. */
  readonly events: readonly EventWithMessage[];
  /** After the last of these events. */
  readonly next: FeedPosition;
};

/** A recipient whose latest messages failed more than once. */
export type FailingRecipient = {
  readonly recipientId: number;
  readonly recipient: string;
  readonly country: string | null;
  /** How many of the latest `messages` to this recipient failed; at most `RECENT_MESSAGES` count. */
  readonly failures: number;
  readonly messages: number;
  /** The latest failed message's code. */
  readonly lastErrorCode: number | null;
  /** When its latest event was received, or it was sent if only the Messages API reported it. */
  readonly lastFailureAt: number;
  /** Id of the latest failed message, by which pages are ordered. */
  readonly lastFailureId: number;
  /** Its latest entry on the "do not send" list; null while it has none. */
  readonly listed: Pick<Suppression, "reason" | "errorCode" | "channel"> | null;
};

/** Among how many latest messages a recipient's failures are counted. */
export const RECENT_MESSAGES = 10;
/** How many failures among them put a recipient on the list. */
export const FAILURES_MIN = 2;
/** With this many failures, and at least half of the messages, retrying won't help. */
export const KEEPS_FAILING_MIN = 3;

export type RecipientCounts = {
  readonly counts: StatusCounts;
  readonly isMore: boolean;
};

export type FailingRequest = {
  /**
   * Only recipients with this verdict; see `verdictOnNumber`, which classifies codes. Those
   * with "do-not-send" are on the "do not send" list.
   */
  readonly verdict?: {
    readonly is: "send-again" | "fix-first" | "do-not-send";
    readonly sendAgainCodes: readonly number[];
    readonly doNotSendCodes: readonly number[];
  };
  readonly size: number;
  /** The next page: recipients whose `lastFailureId` is below this. */
  readonly olderThan?: number;
};

/** How many of the latest messages `recentNumbersWith` reads. */
export const RECENT_SEARCHED = 2_000;

/** Filter fields whose known values can be suggested. */
export type SuggestibleField =
  | "to"
  | "from"
  | "service"
  | "account"
  | "country"
  | "tag"
  /** Tags by their value, whatever their name is. */
  | "tag-value";

/**
 * Where events are made durable and read from. Every engine passes the same contract
 * tests. A method rejects with StoreUnavailable if it can't do its work now; any other
 * error is a bug.
 */
export interface Store extends Reading {
  /**
   * Makes an event durable. Resolves once it's on disk. If the message already has an event
   * of this status, a callback that adds something is recorded as its supplement, and any
   * other is only counted. A message belongs to the first account that reports it; a
   * callback that names another account changes nothing.
   *
   * The first report of an event by another source is a supplement if it adds a code, a text,
   * an address, a SID, a tag or a carrier's date, or if it's a callback with parameters that
   * nothing else has; otherwise it's a confirmation, whose time, segments and carrier fill gaps.
   */
  recordEvent(event: NewEvent): Promise<RecordOutcome>;
  /**
   * The same of up to RECORDED_AT_ONCE_MAX events, in one commit. Rejects unless all of them
   * are on disk; then they can be recorded again.
   */
  recordEvents(events: readonly NewEvent[]): Promise<RecordOutcome[]>;
  /**
   * Resolves when every event that was durable when this was called can be read: at once on
   * SQLite; on PostgreSQL the keeper records it a moment later.
   */
  settled(): Promise<void>;
  /** Resolves after a write has reached the disk. */
  checkWritable(): Promise<void>;
  /** Commits what it has accepted, then closes. Later calls are refused. */
  close(): Promise<void>;
}

/** The part of a store that only reads messages. */
export interface Reading {
  /**
   * A page of the messages that match a filter. The cost doesn't grow with history, as a
   * search is limited.
   */
  listMessages(filter: MessageFilter, page: PageRequest): Promise<MessagePage>;
  /** Returns the newest page and the count of all matches, found by one search. */
  listAndCount(filter: MessageFilter, size: number): Promise<CountedPage>;
  /**
   * How many messages match a filter, up to a limit: only those with an id above
   * `newerThan`, and not those in `except`.
   */
  countMessages(
    filter: MessageFilter,
    newerThan?: number,
    except?: readonly number[],
  ): Promise<BoundedCount>;
  messageBySid(messageSid: string): Promise<MessageRow | undefined>;
  /** Those of these messages that have an event after `since`, by id. Rejects with FeedPositionGone. */
  changedMessages(
    ids: readonly number[],
    since: FeedPosition,
  ): Promise<readonly MessageRow[]>;
  /** A message's events in recording order. */
  timeline(messageSid: string): Promise<readonly EventRow[]>;
  /** How many reports have confirmed or repeated a message's events; they aren't in the feed. */
  furtherReports(messageSid: string): Promise<number>;
  /** How the status that a message has became known; by none for an unknown message. */
  outcomeSources(
    messageSid: string,
    afterEventId: number,
  ): Promise<OutcomeSources>;

  /** Counts from the rollups; see TallyRequest. In the order of `at`. */
  tally(request: TallyRequest): Promise<readonly TallyRow[]>;
  /**
   * Counts from the rollups of the messages that pass a filter, by error code and span.
   * Undefined where they don't count exactly those: they know one set of countries, senders,
   * services or channels, in whole hours, and in minutes from `countedByMinuteSince` on.
   */
  keptTally(
    filter: MessageFilter,
    request: FilteredTallyRequest,
  ): Promise<readonly TallyRow[] | undefined>;
  /** Counts the newest messages that pass a filter. The cost is limited, as a search is. */
  newestTally(
    filter: MessageFilter,
    request: NewestTallyRequest,
  ): Promise<NewestTally>;
  /** The senders with the most messages or failures. The cost is limited, however many senders there are. */
  topSenders(request: TopSendersRequest): Promise<TopSenders>;
  /**
   * Returns since when everything is counted by the minute, milliseconds since 1970:
   * `MINUTES_KEPT` before the latest event, unless its clock jumped.
   */
  countedByMinuteSince(): Promise<number>;
  /** Shortest first. */
  deliveryTimes(range: TimeRange): Promise<DeliveryTimes>;
  errorCodeFacts(
    errorCodes: readonly number[],
    range: TimeRange,
  ): Promise<readonly ErrorCodeFacts[]>;
  /** Recipients with two or more failures among their recent messages, latest failure first. */
  failingRecipients(
    request: FailingRequest,
  ): Promise<readonly FailingRecipient[]>;
  /** The latest messages to a recipient by status, up to a limit; `isMore` when there are more. */
  recipientCounts(recipientId: number): Promise<RecipientCounts>;
  /** The address with this id (a `recipientId` or `senderId`). */
  addressById(id: number): Promise<string | undefined>;

  /**
   * Returns known values that begin with `start`, in any case, at most `limit`; tags as
   * `name=value`. A tag's value alone is found as typed, in capitals, or in small letters; one
   * that is exactly `start` comes first.
   */
  suggest(
    field: SuggestibleField,
    start: string,
    limit: number,
  ): Promise<readonly string[]>;
  /**
   * The latest message to each of up to `limit` numbers that have these digits anywhere, newest
   * first. No index finds those, so only the latest `RECENT_SEARCHED` messages are searched.
   */
  recentNumbersWith(
    digits: string,
    limit: number,
  ): Promise<readonly MessageRow[]>;
  /** When the oldest message was first seen; undefined when there is none. */
  firstMessageAt(): Promise<number | undefined>;
  /**
   * When the latest event was received that Twilio posted, without those that a wrong clock
   * dated after `now`; if there are any, or many were read from the Messages API since,
   * possibly the beginning of its hour. Undefined when there is none.
   */
  lastEventAt(now: number): Promise<number | undefined>;

  /** The position before the first event. */
  feedStart(): Promise<FeedPosition>;
  /** The position after the latest event. Read it before a page's data, so that no event falls in between. */
  feedEnd(): Promise<FeedPosition>;
  /** Up to `limit` events after a position, in recording order. Rejects with FeedPositionGone. */
  feedAfter(position: FeedPosition, limit: number): Promise<FeedPage>;
  /** The same, each event with its message. */
  feedWithMessages(
    position: FeedPosition,
    limit: number,
  ): Promise<FeedPageWithMessages>;
  /** Those of these events that still exist, by id, with their messages. */
  eventsWithMessages(
    ids: readonly number[],
  ): Promise<readonly EventWithMessage[]>;
  /**
   * What tells whether an event passes a filter as it was recorded: status, code and source are
   * the event's, everything else is the message's. For a message with one event it agrees with
   * the search. What it knows of addresses is of now.
   */
  matcher(filter: MessageFilter): Promise<Matches>;
  /** Rejects with FeedPositionGone. */
  changesSince(position: FeedPosition): Promise<Changes>;

  /*
   * Everything, in steps between which other queries run. The engine decides how many rows
   * a step reads; a step may be empty.
   */

  /** The messages that match a filter, in the order in which they were first seen. */
  everyMessage(filter?: MessageFilter): AsyncIterable<readonly MessageRow[]>;
  /** The same, newest first, without those that arrive meanwhile. */
  everyMessageNewestFirst(
    filter: MessageFilter,
  ): AsyncIterable<readonly MessageRow[]>;
  /** In recording order. */
  everyEvent(): AsyncIterable<readonly EventRow[]>;
  /** In the order of `failingRecipients`. */
  everyFailingRecipient(
    request: Pick<FailingRequest, "verdict">,
  ): AsyncIterable<readonly FailingRecipient[]>;
}

/** The store can't do this now, but may later. The message can be shown and logged. */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";
}

/** This version can't use the database, or nothing can. The message says what to do. */
export class StoreUnusable extends Error {
  override readonly name = "StoreUnusable";
}
