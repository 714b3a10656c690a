import type { By } from "./accounts.ts";
import type { FeedPosition } from "./feed-position.ts";

/** What a user decides about an endpoint. Values are checked before they get here. */
export type EndpointSettings = {
  /** Unique, also when case is ignored. */
  readonly name: string;
  readonly url: string;
  /** In the filter language; "" for every event. */
  readonly filter: string;
  /** Types such as `sms_failed`; null for all. */
  readonly events: readonly string[] | null;
  readonly ratePerSecond: number;
  /** How many requests may be under way at once. */
  readonly concurrency: number;
};

/** A disabled endpoint is one that the server paused. */
export type EndpointState = "active" | "paused" | "disabled";

/**
 * Why an endpoint was disabled: it answered 410 Gone, or did nothing but fail for
 * `FAILING_DAYS_MAX`.
 */
export type DisabledReason = "gone" | "failing";

/** Where events are forwarded. Times are milliseconds since 1970. */
export type Endpoint = EndpointSettings & {
  /** Never reused. */
  readonly id: number;
  readonly state: EndpointState;
  /** Undefined unless it's disabled. */
  readonly disabledReason: DisabledReason | undefined;
  readonly stateChangedAt: number;
  /** A user's name, `token …` or `command line`. */
  readonly createdBy: string;
  readonly createdAt: number;
  /** Until when the previous secret signs, too; undefined when there is none. */
  readonly previousUntil: number | undefined;
  /** Rises with each change by a user, and when what was read for it has to be read again. */
  readonly revision: number;
  /** Every matching event up to here was delivered, or waits as a delivery. */
  readonly position: FeedPosition;
  /** Since when every attempt has failed; undefined after a success. */
  readonly failingSince: number | undefined;
  readonly lastSuccessAt: number | undefined;
  /** The endpoint asked to be left alone until then. */
  readonly heldUntil: number | undefined;
};

/** What signs an endpoint's requests: `whsec_…`. */
export type EndpointSecrets = {
  readonly secret: string;
  readonly previous:
    { readonly secret: string; readonly until: number } | undefined;
};

export type AddedEndpoint =
  { readonly id: number } | { readonly refusal: "name taken" | "too many" };

/** Why an endpoint wasn't changed. */
export type EndpointRefusal = "no such endpoint" | "name taken";

/** Each change adds its entry to the audit list in the same transaction. */
export interface EndpointStore {
  /** Adds an active endpoint, up to `ENDPOINTS_MAX`, that gets the events from now on. */
  add(
    endpoint: EndpointSettings & { readonly secret: string },
    by: By,
  ): Promise<AddedEndpoint>;
  /** By name. */
  list(): Promise<readonly Endpoint[]>;
  byId(id: number): Promise<Endpoint | undefined>;
  /** Changes the given settings. Undefined once that's done. */
  change(
    id: number,
    settings: Partial<EndpointSettings>,
    by: By,
  ): Promise<EndpointRefusal | undefined>;
  /**
   * Pauses or resumes it. What is under way when it's paused still finishes; a resumed
   * endpoint continues where it was. Undefined also when nothing had to change.
   */
  setState(
    id: number,
    state: "active" | "paused",
    by: By,
  ): Promise<EndpointRefusal | undefined>;
  /** Replaces the secret; the one before signs, too, until `previousUntil`. */
  rotate(
    id: number,
    change: { readonly secret: string; readonly previousUntil: number },
    by: By,
  ): Promise<EndpointRefusal | undefined>;
  /** Removes it with everything that belongs to it. Resolves to whether it existed. */
  remove(id: number, by: By): Promise<boolean>;
  /** For signing only: secrets are in no list. */
  secretsOf(id: number): Promise<EndpointSecrets | undefined>;
}

export const ENDPOINTS_MAX = 50;
/** An endpoint that only fails for this long is disabled. */
export const FAILING_DAYS_MAX = 5;
export const RATE_DEFAULT = 50;
export const CONCURRENCY_DEFAULT = 4;
export const CONCURRENCY_MAX = 16;
/** How long both secrets sign after a rotation. */
export const ROTATION_MS = 24 * 3_600_000;
