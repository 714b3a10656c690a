import type { Channel } from "../twilio/status.ts";
import type { By } from "./accounts.ts";
import type { FeedPosition } from "./feed-position.ts";

/**
 * Why a number is on the "do not send" list:
 * - `gone`: nothing can be delivered to it on this channel, such as a number that doesn't exist;
 * - `opted-out`: its owner unsubscribed, or blocks what you send;
 * - `blocked`: its network or device refuses your messages;
 * - `keeps-failing`: most of the latest messages to it failed, for reasons that usually pass.
 */
export const SUPPRESSION_REASONS = [
  "gone",
  "opted-out",
  "blocked",
  "keeps-failing",
] as const;
export type SuppressionReason = (typeof SUPPRESSION_REASONS)[number];

/** What the store has to know of error codes; see `suppressionCodes`. */
export type SuppressionCodes = {
  /** Codes that put a number on the list by themselves, by reason. */
  readonly gone: readonly number[];
  readonly optedOut: readonly number[];
  readonly blocked: readonly number[];
  /** Codes after which the same message may be sent again; failures without a code count as such. */
  readonly sendAgain: readonly number[];
};

/** A number on the list. The same number can be on it once for each channel. */
export type Suppression = {
  readonly recipientId: number;
  readonly recipient: string;
  readonly country: string | null;
  readonly channel: Channel;
  readonly reason: SuppressionReason;
  /** The code of the message that is the reason. */
  readonly errorCode: number | null;
  /** When the first message failed after the last one that was delivered, milliseconds since 1970. */
  readonly since: number;
  /** The failed message that is the reason; null once retention has deleted it. */
  readonly messageSid: string | null;
  /** The change that added it, by which lists are ordered. */
  readonly changeId: number;
};

/**
 * What a change did:
 * - `added`: the number is on the list, or its reason is another one now;
 * - `delivered`: off the list, as a later message was delivered;
 * - `removed`: off the list, as somebody removed it;
 * - `expired`: off the list, as the messages that were the reason are gone: retention deleted
 *   them, or it turned out that they went to another number.
 */
export const CHANGE_KINDS = [
  "added",
  "delivered",
  "removed",
  "expired",
] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** A change of the list. Ids rise in the order of writing. */
export type SuppressionChange = Omit<Suppression, "changeId"> & {
  readonly id: number;
  readonly at: number;
  readonly kind: ChangeKind;
  /** Who removed it, and their note; null for changes that nobody made. */
  readonly actor: string | null;
  readonly note: string | null;
};

export type SuppressionRequest = {
  readonly reason?: SuppressionReason | undefined;
  readonly size: number;
  /** The next page: entries whose `changeId` is below this. */
  readonly olderThan?: number | undefined;
};

/** Part of the feed of changes. */
export type ChangePage = {
  readonly changes: readonly SuppressionChange[];
  /** After the last of these changes. */
  readonly next: FeedPosition;
};

export type SuppressionRemoval = {
  readonly recipientId: number;
  readonly channel: Channel;
  /** "" for none. */
  readonly note: string;
  /** The number, masked, for the audit list. */
  readonly subject: string;
};

/** What was done in one step, and whether there is more to do now. */
export type Followed = { readonly changes: number; readonly isMore: boolean };

/**
 * The "do not send" list. It follows the feed of events: what is on it depends only on the
 * messages, not on the order or number of their callbacks, and on what people removed.
 */
export interface SuppressionStore {
  /**
   * Brings the list up to date with the next events, or with some recipients of messages that
   * are older than the list. Short, so that pages and callbacks don't wait; call it until
   * there's no more. The list and how far it has read are written together.
   */
  follow(codes: SuppressionCodes, now: number): Promise<Followed>;
  /** Whether messages that are older than the list have all been checked. */
  isComplete(): Promise<boolean>;
  /** Latest change first. */
  list(request: SuppressionRequest): Promise<readonly Suppression[]>;
  /** The same list in steps, between which other queries run. */
  every(
    request: Pick<SuppressionRequest, "reason">,
  ): AsyncIterable<readonly Suppression[]>;
  /** A recipient's entries, by channel. */
  of(recipientId: number): Promise<readonly Suppression[]>;
  /** The entries of an address, which is written as it's stored. */
  ofAddress(address: string): Promise<readonly Suppression[]>;
  /** A recipient's latest changes, newest first. */
  history(
    recipientId: number,
    size: number,
  ): Promise<readonly SuppressionChange[]>;
  /** Takes a number off the list, with an entry in the audit list. Resolves to whether it was on it. */
  remove(removal: SuppressionRemoval, by: By): Promise<boolean>;
  /** Entries that were added in a period and are still on the list, and how many there are, up to a limit. */
  addedIn(
    range: { readonly from: number; readonly to: number },
    size: number,
  ): Promise<readonly Suppression[]>;

  /** The position before the first change. */
  changesStart(): Promise<FeedPosition>;
  /** The position after the latest change. */
  changesEnd(): Promise<FeedPosition>;
  /** Up to `limit` changes with higher ids than this one, in order. */
  changesAfterId(
    id: number,
    limit: number,
  ): Promise<readonly SuppressionChange[]>;
  /** Those of these changes that exist. */
  changesWithIds(ids: readonly number[]): Promise<readonly SuppressionChange[]>;
  /** Up to `limit` changes after a position. Rejects with FeedPositionGone. */
  changesAfter(position: FeedPosition, limit: number): Promise<ChangePage>;
}
