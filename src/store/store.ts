import type { Callback } from "../twilio/callback.ts";
import type { FormParams } from "../twilio/form.ts";
import type { Channel, EventStatus } from "../twilio/status.ts";
import type { FeedPosition } from "./feed-position.ts";
import type { MessageFilter } from "./filter.ts";
import type {
  BoundedCount,
  DeliveryTimes,
  ErrorCodeFacts,
  StatusCounts,
  TallyRequest,
  TallyRow,
  TopSenders,
  TopSendersRequest,
} from "./tally.ts";
import type { TimeRange } from "../time/time-range.ts";

/** A proven callback whose status is recorded. */
export type NewEvent = Omit<Callback, "messageStatus"> & {
  /** What `messageStatus` is recorded as. */
  readonly status: EventStatus;
  /** When it was received: our clock, milliseconds since 1970. */
  readonly receivedAt: number;
  /** The callback URL's query string as it arrived, without the question mark. */
  readonly query: string;
};

/**
 * What became of an event: it is new; it adds something to an event that is there; it
 * says nothing that isn't; or it was refused because its message belongs to another
 * account.
 */
export type RecordOutcome = "new" | "supplement" | "repeat" | "other-account";

/** An event as recorded. Ids rise in the order of recording. */
export type EventRow = NewEvent & {
  readonly id: number;
  /** It adds something to an earlier event of this message with this status. */
  readonly isSupplement: boolean;
  /** How often the same callback came again, and when it last did. */
  readonly repeats: number;
  readonly lastRepeatAt: number | null;
};

/** What is known of one message: its events, merged so that their order does not matter. */
export type MessageRow = {
  /** Rises in the order in which messages were first heard of. */
  readonly id: number;
  readonly messageSid: string;
  readonly channel: Channel;
  /** The highest status among its events. */
  readonly status: EventStatus;
  readonly to: string | null;
  readonly from: string | null;
  /** Ids of both addresses, for links and filters that do not show a number. */
  readonly recipientId: number | null;
  readonly senderId: number | null;
  /** The recipient's country, ISO 3166-1 alpha-2; null when the number does not tell. */
  readonly country: string | null;
  /** Stays once seen, also when a later event says delivered. */
  readonly errorCode: number | null;
  readonly accountSid: string | null;
  readonly messagingServiceSid: string | null;
  readonly numSegments: number | null;
  /** When its first and its latest event were received, milliseconds since 1970. */
  readonly firstEventAt: number;
  readonly lastEventAt: number;
  /** Pairs of the callback URL's query, of all its events, sorted, without repeats. */
  readonly tags: FormParams;
};

/** A page of messages, newest first. */
export type MessagePage = {
  readonly messages: readonly MessageRow[];
  /**
   * Ids to page on from: messages below `older`, or above `newer`; undefined at an end.
   * A rare filter's page may be short of messages, or empty, and still have an `older`.
   */
  readonly older: number | undefined;
  readonly newer: number | undefined;
  /**
   * Set when a page is short because as many messages were looked at as one request may:
   * when the last of them was first heard of. Paging on looks further.
   */
  readonly lookedBackTo: number | undefined;
};

/** The newest page of a list, and how many messages the list has, up to a bound. */
export type CountedPage = {
  readonly page: MessagePage;
  readonly count: BoundedCount;
};

export type PageRequest = {
  readonly size: number;
  readonly olderThan?: number;
  readonly newerThan?: number;
};

/** What was recorded since a position in the feed. */
export type Changes = {
  /** The end of the feed: everything up to it is counted. */
  readonly end: FeedPosition;
  /** Events since, and those among them that say failed or undelivered. */
  readonly events: BoundedCount;
  readonly failures: BoundedCount;
};

/** A stretch of the feed. */
export type FeedPage = {
  /** In the order of recording. */
  readonly events: readonly EventRow[];
  /** After the last of these events. */
  readonly next: FeedPosition;
};

/** A recipient to whom several of the latest messages did not arrive. */
export type FailingRecipient = {
  readonly recipientId: number;
  readonly recipient: string;
  readonly country: string | null;
  /** Of the latest `messages` ones to this recipient, at most `RECENT_MESSAGES`, so many failed. */
  readonly failures: number;
  readonly messages: number;
  /** Of the latest failed message. */
  readonly lastErrorCode: number | null;
  readonly lastFailureAt: number;
  /** Id of the latest failed message; pages go by it. */
  readonly lastFailureId: number;
};

/** Of how many latest messages a recipient's failures are counted. */
export const RECENT_MESSAGES = 10;
/** From how many failures among them on a recipient is one that keeps failing. */
export const FAILURES_MIN = 2;
/** From how many failures on, which are half of them or more, another try is no use. */
export const KEEPS_FAILING_MIN = 3;

export type RecipientCounts = {
  readonly counts: StatusCounts;
  readonly isMore: boolean;
};

export type FailingRequest = {
  /** Only recipients with this verdict; see `verdictOnNumber`, which tells codes apart. */
  readonly verdict?: {
    readonly is: "send-again" | "fix-first" | "do-not-send";
    readonly sendAgainCodes: readonly number[];
    readonly doNotSendCodes: readonly number[];
  };
  readonly size: number;
  /** Pages on: recipients whose `lastFailureId` is below it. */
  readonly olderThan?: number;
};

/** Values that a filter's field can take, for suggesting them. */
export type SuggestibleField =
  "to" | "from" | "service" | "account" | "country" | "tag";

/**
 * Where events are made durable and read from. Every engine passes the same contract
 * tests. A method rejects with StoreUnavailable when it can't do its work now; any other
 * error is a bug.
 */
export interface Store extends Reading {
  /**
   * Makes an event durable. Resolves once it is on disk. Where this message already has
   * an event of this status, a callback that adds something is recorded as a supplement
   * of it; any other is only counted. A callback that names another account than its
   * message's changes nothing; the first account that a message is reported under is its own.
   */
  recordEvent(event: NewEvent): Promise<RecordOutcome>;
  /** Resolves when a write has just reached the disk. */
  checkWritable(): Promise<void>;
  /** Commits what it has accepted, then closes. Further calls are refused. */
  close(): Promise<void>;
}

/** The part of a store that only reads messages. */
export interface Reading {
  /**
   * A page of the messages that the filter lets through, at a cost that does not grow
   * with history: what one request looks at is bounded.
   */
  listMessages(filter: MessageFilter, page: PageRequest): Promise<MessagePage>;
  /** The newest page and the count of all, found by one search. */
  listAndCount(filter: MessageFilter, size: number): Promise<CountedPage>;
  /**
   * How many a filter lets through, of those with an id above `newerThan` that are not
   * among `except`, up to a bound.
   */
  countMessages(
    filter: MessageFilter,
    newerThan?: number,
    except?: readonly number[],
  ): Promise<BoundedCount>;
  messageBySid(messageSid: string): Promise<MessageRow | undefined>;
  /** Those of the messages with these ids that have an event after `since`, by id. Rejects with FeedPositionGone. */
  changedMessages(
    ids: readonly number[],
    since: FeedPosition,
  ): Promise<readonly MessageRow[]>;
  /** A message's events in the order of recording. */
  timeline(messageSid: string): Promise<readonly EventRow[]>;

  /** Counts from the rollups; see TallyRequest. In the order of `at`. */
  tally(request: TallyRequest): Promise<readonly TallyRow[]>;
  /** The senders that have most of something, at a cost that is bounded however many there are. */
  topSenders(request: TopSendersRequest): Promise<TopSenders>;
  /**
   * Since when everything is counted by the minute, milliseconds since 1970: `MINUTES_KEPT`
   * before the latest event, unless its clock jumped.
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
  /** By status, of the latest messages to a recipient, up to a bound: there may be more when `isMore`. */
  recipientCounts(recipientId: number): Promise<RecipientCounts>;
  /** The address with this id, as `recipientId` and `senderId` give it. */
  addressById(id: number): Promise<string | undefined>;

  /** Known values that begin with `start` in any case, at most `limit`; tags as `name=value`. */
  suggest(
    field: SuggestibleField,
    start: string,
    limit: number,
  ): Promise<readonly string[]>;
  /** When the oldest message was first heard of; undefined when there is none. */
  firstMessageAt(): Promise<number | undefined>;
  /**
   * When the latest event was received that a clock didn't date after `now`; with some
   * dated so, possibly the beginning of its hour. Undefined when there is none.
   */
  lastEventAt(now: number): Promise<number | undefined>;

  /** The position before the first event. */
  feedStart(): Promise<FeedPosition>;
  /** The position after the latest event. Read before what a page shows, it says what that page doesn't show yet. */
  feedEnd(): Promise<FeedPosition>;
  /** Up to `limit` events after a position, in the order of recording. Rejects with FeedPositionGone. */
  feedAfter(position: FeedPosition, limit: number): Promise<FeedPage>;
  /** Rejects with FeedPositionGone. */
  changesSince(position: FeedPosition): Promise<Changes>;

  /*
   * Everything there is, in steps between which others have their turn. How many rows a step
   * reads is the engine's decision; it may be none.
   */

  /** The messages that the filter lets through, in the order in which they were first seen. */
  everyMessage(filter?: MessageFilter): AsyncIterable<readonly MessageRow[]>;
  /** The same, newest first; those that arrive meanwhile are left out. */
  everyMessageNewestFirst(
    filter: MessageFilter,
  ): AsyncIterable<readonly MessageRow[]>;
  /** In the order of recording. */
  everyEvent(): AsyncIterable<readonly EventRow[]>;
  /** As `failingRecipients` finds them. */
  everyFailingRecipient(
    request: Pick<FailingRequest, "verdict">,
  ): AsyncIterable<readonly FailingRecipient[]>;
}

/** The store cannot do this now, but may later. The message is fit to be shown and logged. */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";
}

/** The database cannot be used by this version or at all. The message says what to do. */
export class StoreUnusable extends Error {
  override readonly name = "StoreUnusable";
}
