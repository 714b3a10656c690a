import type { By } from "./accounts.ts";
import type { DisabledReason } from "./endpoints.ts";
import type { TimeRange } from "../time/time-range.ts";
import type { FeedPosition } from "./feed-position.ts";

/** What events and notices are sent to: an endpoint or an alert channel, by its id. */
export type Target = `${"endpoint" | "channel"}:${number}`;

export function endpointTarget(id: number): Target {
  return `endpoint:${id}`;
}

export function channelTarget(id: number): Target {
  return `channel:${id}`;
}

/** What an item's id is one of: an event's, a change's of a suppression, or of nothing else. */
export type ItemFeed = "events" | "suppressions" | "notices";

/** One thing that is sent to a target. */
export type Item = { readonly feed: ItemFeed; readonly id: number };

/** An item that still has to reach a target, or that was given up. Times are milliseconds since 1970. */
export type Delivery = {
  readonly id: number;
  readonly target: Target;
  readonly item: Item;
  /** How many attempts failed. */
  readonly attempts: number;
  readonly addedAt: number;
  /** The latest attempt; null before the first. */
  readonly lastAt: number | null;
  /** When it's attempted again; null once it's given up. */
  readonly nextAt: number | null;
  /** What was to be sent, as JSON, for the feed `notices`; other items are read from the ledger. */
  readonly notice: string | null;
};

/** Why something was sent: as it was recorded; again after a failure; in a resend; to test the target. */
export type AttemptKind = "live" | "retry" | "resend" | "test";

/** The part of an attempt that is only shown. */
export type AttemptFacts = {
  readonly kind: AttemptKind;
  /** Such as `sms_failed`. */
  readonly type: string;
  /** Null for a test. */
  readonly item: Item | null;
  /** How many attempts there were for this item, with this one. */
  readonly attempt: number;
  readonly durationMs: number;
  readonly status: number | null;
  /** A code, such as `connection_refused`; null after a response. */
  readonly error: string | null;
  /** The beginning of the response; null without one, or when a number in it may have been erased. */
  readonly response: string | null;
  readonly requestHeaders: Readonly<Record<string, string>>;
};

export type NewAttempt = AttemptFacts & {
  readonly target: Target;
  readonly at: number;
  readonly isSuccess: boolean;
};

/** One try to reach a target. */
export type Attempt = NewAttempt & {
  /** Rises in the order of writing. */
  readonly id: number;
};

/** What a target's attempts of one hour were: how many succeeded, and how long they took. */
export type TargetHour = {
  /** Its beginning, milliseconds since 1970. */
  readonly at: number;
  readonly succeeded: number;
  readonly failed: number;
  /** The successful attempts by duration: one count for each of `DURATION_BUCKETS`. */
  readonly durations: readonly number[];
};

/** The upper limits of the buckets, in milliseconds. */
export const DURATION_BUCKETS: readonly number[] = [
  10,
  25,
  50,
  100,
  250,
  500,
  1_000,
  2_500,
  5_000,
  10_000,
  Infinity,
];

/** How a target is doing now. */
export type TargetState = {
  /** Events in the ledger after the cursor that may match, up to a limit; 0 for a channel. */
  readonly behind: { readonly count: number; readonly isMore: boolean };
  /** When the first of these was received. */
  readonly behindSince: number | undefined;
  /** Deliveries that wait for another attempt. */
  readonly waiting: number;
  /** When the one that waits longest was added. */
  readonly waitingSince: number | undefined;
  /** Deliveries that were given up. */
  readonly failed: number;
};

/** Which past events are sent again. */
export type ResendKind = "event" | "failed" | "range";

/** A job that sends past events to an endpoint again, at its own rate. */
export type Resend = {
  readonly id: number;
  readonly target: Target;
  readonly kind: ResendKind;
  /** The items with ids after `afterId` up to `untilId`: events, or deliveries if kind is `failed`. */
  readonly afterId: number;
  readonly untilId: number;
  /** The last of them that is done. */
  readonly cursor: number;
  /** The time range that was asked for; null for other kinds. */
  readonly range: { readonly from: number; readonly until: number } | null;
  readonly ratePerSecond: number;
  readonly state: "running" | "stopped" | "done";
  readonly sent: number;
  /** Attempts that failed; those events wait as deliveries, and are retried as usual. */
  readonly failed: number;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly endedAt: number | null;
};

export type NewResend = Pick<
  Resend,
  "target" | "kind" | "afterId" | "untilId" | "range" | "ratePerSecond"
>;

/** How far a target is, to be saved. What is undefined stays. */
export type TargetProgress = {
  readonly target: Target;
  readonly position?: FeedPosition | undefined;
  /** The last change of suppressions. */
  readonly suppressionsCursor?: number | undefined;
  readonly failingSince?: number | null | undefined;
  readonly lastSuccessAt?: number | undefined;
  /** When the target was reached again after it had been down: what waits from before is due. */
  readonly openedAt?: number | undefined;
  readonly heldUntil?: number | null | undefined;
  readonly disabled?: DisabledReason | undefined;
  /** Makes some of what waits from before `openedAt` due. */
  readonly releases?: boolean | undefined;
  /** Gives up deliveries, and removes attempts and given-up ones, beyond their limits. */
  readonly trims?: boolean | undefined;
};

/** A delivery to add or change, or to remove once it's done. */
export type DeliveryChange = {
  readonly target: Target;
  readonly item: Item;
} & (
  | { readonly done: true }
  | {
      readonly done: false;
      readonly attempts: number;
      readonly lastAt: number | null;
      readonly nextAt: number | null;
    }
);

/** Everything that happened since the save before; it's written atomically. */
export type OutboxSave = {
  readonly now: number;
  readonly targets: readonly TargetProgress[];
  readonly deliveries: readonly DeliveryChange[];
  readonly attempts: readonly NewAttempt[];
  readonly resends: readonly Pick<
    Resend,
    "id" | "cursor" | "sent" | "failed"
  >[];
};

/** What still waits to be made due, by target. */
export type OutboxSaved = { readonly releasing: readonly Target[] };

/**
 * What waits for targets, what was tried, and how it went. The worker writes with `save`; what
 * a target that was removed meanwhile would have gets lost there.
 */
export interface OutboxStore {
  /** A power cut may undo the latest saves: then some events arrive twice. */
  save(save: OutboxSave): Promise<OutboxSaved>;
  /** How far each of these targets is, for the worker. */
  progressOf(targets: readonly Target[]): Promise<readonly TargetSaved[]>;
  /** The deliveries that are due, earliest first; those of a clock that was ahead, too. */
  due(target: Target, now: number, limit: number): Promise<readonly Delivery[]>;
  /** A target's deliveries by id: given-up ones, or those that wait. */
  deliveries(
    target: Target,
    page: {
      readonly isFailed: boolean;
      readonly afterId: number;
      readonly size: number;
    },
  ): Promise<readonly Delivery[]>;

  /** Newest first, at most `ATTEMPTS_MAX` in all. */
  attempts(
    target: Target,
    page: {
      readonly size: number;
      readonly olderThan?: number | undefined;
      readonly isSuccess?: boolean | undefined;
      /** Only those at these times, milliseconds since 1970. */
      readonly between?: TimeRange | undefined;
    },
  ): Promise<readonly Attempt[]>;
  attemptById(id: number): Promise<Attempt | undefined>;
  /** The hours that begin in [from, until), oldest first, without those in which nothing happened. */
  hours(
    target: Target,
    range: { readonly from: number; readonly until: number },
  ): Promise<readonly TargetHour[]>;
  /** How each of these targets is doing. */
  states(targets: readonly Target[]): Promise<ReadonlyMap<Target, TargetState>>;

  /**
   * Adds a running resend, with an entry in the audit list about `subject`, the endpoint's
   * name. Undefined when the target doesn't exist, or has `RESENDS_RUNNING_MAX`.
   */
  addResend(
    resend: NewResend,
    by: By,
    subject: string,
  ): Promise<number | undefined>;
  /** Newest first, at most `RESENDS_KEPT`. */
  resends(target: Target): Promise<readonly Resend[]>;
  resendById(id: number): Promise<Resend | undefined>;
  runningResends(): Promise<readonly Resend[]>;
  /** Ends a running resend, with an entry in the audit list if it was stopped. Resolves to whether it was running. */
  endResend(
    id: number,
    state: "stopped" | "done",
    by: By,
    subject: string,
  ): Promise<boolean>;
  /** The events received in a time range, and some others at both ends: after one id, up to another. */
  eventIdsBetween(range: {
    readonly from: number;
    readonly until: number;
  }): Promise<{ readonly afterId: number; readonly untilId: number }>;

  /** Removes what is too old, and what belongs to targets that no longer exist, in steps. */
  tidy(now: number): Promise<void>;
}

/** A target as it was saved last. */
export type TargetSaved = {
  readonly target: Target;
  readonly suppressionsCursor: number;
  readonly openedAt: number | undefined;
  readonly failingSince: number | undefined;
  readonly heldUntil: number | undefined;
  /** Deliveries that wait for another attempt. */
  readonly waiting: number;
  /** When the earliest of them is due. */
  readonly nextAt: number | undefined;
};

/** A target's newest attempts that are kept, and for how long. */
export const ATTEMPTS_MAX = 1_000;
export const ATTEMPT_DAYS = 30;
/**
 * Deliveries of a target that failed and wait for another attempt. Beyond that the oldest are
 * given up: they are what a receiver that takes everything else never takes.
 */
export const RETRIED_MAX = 4_000;
/**
 * Nothing waits longer for its next attempt: a day and its jitter after a failure, a channel's
 * quiet hours. One that would was scheduled by a clock that was ahead.
 */
export const RETRY_DELAY_MAX_MS = 28 * 3_600_000;
/** Given-up deliveries of a target that are kept; the oldest are dropped. */
export const FAILED_MAX = 10_000;
export const RESENDS_KEPT = 50;
export const RESENDS_RUNNING_MAX = 5;
