import type { Callback } from "../twilio/callback.ts";
import type { FormParams } from "../twilio/form.ts";
import type { Channel, EventStatus } from "../twilio/status.ts";

/** A proven callback whose status is recorded. */
export type NewEvent = Omit<Callback, "messageStatus"> & {
  /** What `messageStatus` is recorded as. */
  readonly status: EventStatus;
  /** When it was received: our clock, milliseconds since 1970. */
  readonly receivedAt: number;
  /** The callback URL's query string as it arrived, without the question mark. */
  readonly query: string;
};

/** An event as recorded. Ids rise in the order of recording. */
export type EventRow = NewEvent & { readonly id: number };

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

export type MessageFilter = {
  readonly status?: EventStatus;
  readonly errorCode?: number;
  /**
   * Bare words: a message SID or its beginning, a recipient's number or its beginning
   * or last digits, at least `LAST_DIGITS_MIN` of them.
   */
  readonly text?: string;
};

/** The fewest last digits that a number is found by. */
export const LAST_DIGITS_MIN = 4;

/** A page of messages, newest first. */
export type MessagePage = {
  readonly messages: readonly MessageRow[];
  /** Ids to page on from: messages below `older`, or above `newer`; undefined at an end. */
  readonly older: number | undefined;
  readonly newer: number | undefined;
  /** Whether a word fits so many recipients that only some of their messages are found. */
  readonly isPartial: boolean;
};

export type PageRequest = {
  readonly size: number;
  readonly olderThan?: number;
  readonly newerThan?: number;
};

/** Messages that were first heard of in a time range, counted by what became of them. */
export type StatusCount = {
  readonly status: EventStatus;
  readonly messages: number;
};

/** How many of a time range's messages carry an error code; `failed` of them did not arrive. */
export type ErrorCodeCount = {
  readonly errorCode: number;
  readonly messages: number;
  readonly failed: number;
};

/** Whole hours since 1970, UTC: from `fromHour` up to and including `toHour`. */
export type HourRange = { readonly fromHour: number; readonly toHour: number };

/**
 * Where events are made durable and read from. Every engine passes the same contract
 * tests. A method rejects with StoreUnavailable when it cannot do its work now; any
 * other error is a mistake in the program.
 */
export interface Store {
  /**
   * Makes an event durable. Resolves once it is on disk: true when it is new, false
   * when this message already has an event of this status, which then stays as it is.
   */
  recordEvent(event: NewEvent): Promise<boolean>;
  /** Resolves when a write went through to the disk just now. */
  checkWritable(): Promise<void>;

  listMessages(filter: MessageFilter, page: PageRequest): Promise<MessagePage>;
  messageBySid(messageSid: string): Promise<MessageRow | undefined>;
  /** A message's events in the order of recording. */
  timeline(messageSid: string): Promise<readonly EventRow[]>;
  countByStatus(range: HourRange): Promise<readonly StatusCount[]>;
  /** Most frequent first. */
  countByErrorCode(range: HourRange): Promise<readonly ErrorCodeCount[]>;
  /** When the latest event was received; undefined before the first. */
  lastEventAt(): Promise<number | undefined>;

  /** Up to `limit` messages with an id above `afterId`, by id: for reading all of them in steps. */
  messagesAfter(afterId: number, limit: number): Promise<readonly MessageRow[]>;
  eventsAfter(afterId: number, limit: number): Promise<readonly EventRow[]>;

  /** Commits what was taken, then closes. Further calls are refused. */
  close(): Promise<void>;
}

/** The store cannot do this now, but may later. The message is fit to be shown and logged. */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";
}

/** The database cannot be used by this version or at all. The message says what to do. */
export class StoreUnusable extends Error {
  override readonly name = "StoreUnusable";
}
