import type { By } from "./accounts.ts";

export const DIGEST_FREQUENCIES = ["daily", "weekly"] as const;
export type DigestFrequency = (typeof DIGEST_FREQUENCIES)[number];

/** What a user decides about their digest. */
export type DigestSettings = {
  readonly address: string;
  readonly frequency: DigestFrequency;
  /** An IANA name, such as `Europe/Berlin`. */
  readonly timeZone: string;
  /** 0 to 23, in that time zone. Weekly digests are sent on Mondays. */
  readonly hour: number;
};

/**
 * The longest time from one digest to the next: a week, or a day, and what daylight saving time
 * and time zones add. One due later was scheduled by a clock that was ahead.
 */
export const DIGEST_AHEAD_MAX_MS: Record<DigestFrequency, number> = {
  daily: 2 * 86_400_000,
  weekly: 8 * 86_400_000,
};

/** Where nobody signs in, there's one digest, of this user id. */
export const NO_USER_ID = 0;

/** A user's digest. Times are milliseconds since 1970. */
export type Digest = DigestSettings & {
  readonly userId: number;
  /** Null where nobody signs in. */
  readonly userName: string | null;
  /** The period of the next one: it begins where the last one ended. */
  readonly from: number;
  readonly dueAt: number;
  /** Failed attempts to send the one that is due. */
  readonly attempts: number;
  readonly retryAt: number | null;
  /** Why the latest attempt failed; null once one succeeds. */
  readonly error: string | null;
  readonly sentAt: number | null;
};

export type DigestPeriod = Pick<Digest, "from" | "dueAt">;

/** What happened to a digest that was due; nothing is saved if its settings have changed meanwhile. */
export type DigestOutcome = Pick<Digest, "userId"> & {
  /** The `dueAt` that it had. */
  readonly wasDueAt: number;
} & (
    | {
        /** The one it had if it's only due at another time. */
        readonly sentAt: Digest["sentAt"];
        readonly next: DigestPeriod;
      }
    | {
        readonly next: null;
        readonly attempts: number;
        readonly retryAt: number;
        readonly error: string;
      }
  );

/** Who gets a digest. One a user, so there are at most `USERS_MAX`. */
export interface DigestStore {
  of(userId: number): Promise<Digest | undefined>;
  /** By user. */
  list(): Promise<readonly Digest[]>;
  /** Those to send or retry now, and those due later than any can be: the clock was ahead. */
  due(now: number): Promise<readonly Digest[]>;
  /** Adds or changes one, with an entry in the audit list. */
  put(
    userId: number,
    settings: DigestSettings,
    period: DigestPeriod,
    by: By,
  ): Promise<void>;
  /** Resolves to whether there was one. */
  remove(userId: number, by: By): Promise<boolean>;
  save(outcome: DigestOutcome): Promise<void>;
}
