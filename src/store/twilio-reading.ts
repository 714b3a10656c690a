import type { Price } from "../twilio/api-message.ts";

/** How the outcomes of messages became known that Twilio has: their status, if it's one that is recorded. */
export type OutcomeCounts = {
  /** By callbacks alone, by Event Streams alone, by both, and by neither, only by the Messages API. */
  readonly byCallback: number;
  readonly byStream: number;
  readonly byBoth: number;
  readonly byApi: number;
  /** Likely causes of `byApi`; see `MissedCause`. The rest of them have none. */
  readonly missedAway: number;
  readonly missedRefused: number;
  readonly missedRejected: number;
  readonly missedNoUrl: number;
};

/** What reading a day counts. */
export type BackfillCounts = OutcomeCounts & {
  /** Messages that Twilio has, without received ones, as far as the day was read. */
  readonly messages: number;
  /** Events of theirs that the Messages API was the first to report since the day was wanted. */
  readonly found: number;
  readonly unreadable: number;
};

/** A GMT day whose messages are read from Twilio, or were. Times are milliseconds since 1970. */
export type BackfillDay = BackfillCounts & {
  /** Such as `2026-11-01`. */
  readonly day: string;
  readonly wantedAt: number;
  /** The query of the page where reading continues; null: the first. */
  readonly nextPage: string | null;
  readonly pages: number;
  /** The last event when it was wanted; reading it again for its prices doesn't change that. */
  readonly afterEventId: number;
  /** When it was read to its end; null while it's to be read. */
  readonly readAt: number | null;
};

/** What a page added to its day. */
export type BackfillPage = BackfillCounts & Pick<BackfillDay, "nextPage">;

/** What a server that reads from Twilio keeps in mind. */
export type BackfillNote = {
  /** When a server last looked for what is to be read. */
  readonly aliveAt: number;
  /** Every day up to this one has been wanted since it was over. */
  readonly dailyThrough: string;
  /** Why reading stopped the last time; null if it didn't. */
  readonly failure: { readonly at: number; readonly reason: string } | null;
};

/** Which days' messages are read from Twilio, and how far that is. */
export interface BackfillStore {
  /** Undefined before the first server with a key. */
  note(): Promise<BackfillNote | undefined>;
  /**
   * Wants days, also those that were read before, and keeps a note with it, if there is one. A
   * day that is being read continues.
   */
  want(
    days: readonly string[],
    now: number,
    note?: BackfillNote,
    /** These only if they were read before. */
    again?: readonly string[],
  ): Promise<void>;
  /** The oldest day that is to be read. */
  next(): Promise<BackfillDay | undefined>;
  /**
   * Adds a page to its day, which is read at `readAt` if it was the last one. Nothing happens if
   * the day has been wanted again since.
   */
  addPage(
    day: Pick<BackfillDay, "day" | "wantedAt">,
    page: BackfillPage,
    readAt: number | null,
  ): Promise<void>;
  /** The days from one to another, both included, oldest first. */
  days(from: string, to: string): Promise<readonly BackfillDay[]>;
}

/** A message in flight that Twilio is to be asked about. */
export type DueMessage = {
  readonly messageId: number;
  readonly messageSid: string;
  /** Null if nothing has named it. */
  readonly accountSid: string | null;
  readonly firstEventAt: number;
  readonly asked: number;
};

/** What asking about a message led to; `final`: it needn't be asked about any more. */
export type AskedMessage = Pick<DueMessage, "messageId"> &
  (
    | { readonly is: "final" }
    | { readonly is: "gone"; readonly at: number }
    | { readonly is: "in flight"; readonly nextAt: number }
  );

/** Which messages in flight Twilio is asked about, and when. */
export interface ReconcileStore {
  /**
   * Adds messages in flight that were first seen in this time, and reports whether there may
   * be more. They are due at `now`.
   */
  add(
    firstSeen: { readonly after: number; readonly until: number },
    now: number,
  ): Promise<boolean>;
  /** Up to `limit` messages that are due, those that have waited longest first. */
  due(now: number, limit: number): Promise<readonly DueMessage[]>;
  save(asked: readonly AskedMessage[]): Promise<void>;
  /** When Twilio said that it no longer has a message; undefined if it didn't. */
  goneAt(messageId: number): Promise<number | undefined>;
}

/** What Twilio says of a message's price. */
export type PriceReading = {
  readonly messageSid: string;
  /** When it was sent, in days since 1970 (GMT). */
  readonly day: number;
  /** Null until Twilio states one. */
  readonly price: Price | null;
  readonly segments: number;
  /** Whether Twilio charges its fee for failed messages, which isn't in the price. */
  readonly hasFee: boolean;
};

/** What messages cost. */
export interface PriceStore {
  /** Keeps what was read of recorded messages, and sums it up. A later reading replaces an earlier one, but a price stays. */
  save(readings: readonly PriceReading[]): Promise<void>;
  /** Undefined while it isn't known. */
  of(messageId: number): Promise<Price | undefined>;
}
