/** Actions that a restore looks for, or that are written in more than one place. */
export const ACTIONS = {
  beganToErase: "began to erase a number",
  erased: "erased a number",
  beganToDeleteMadeUp: "began to delete made-up messages",
  deletedMadeUp: "deleted made-up messages",
  restored: "restored a backup",
} as const;

/**
 * What an entry is about. Entries of one kind never displace those of another:
 * - `change`: who may do what, and what can't be undone: users, passwords, tokens, erasing;
 * - `sign-in`: sessions that began or ended;
 * - `failure`: wrong passwords;
 * - `use`: exports, reads through the API, refusals marked as seen.
 */
export type AuditKind = "change" | "sign-in" | "failure" | "use";

/** Who did what, and when. */
export type AuditEntry = {
  readonly kind: AuditKind;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** A user's name, `token` and an API token's name, `command line`, or `server`. */
  readonly actor: string;
  /** Completes the sentence "ana …", such as `signed in`. */
  readonly action: string;
  /** Who or what it was done to, such as a user's name; "" for nothing. Numbers are masked. */
  readonly subject: string;
  /** The actor's IP address; null for the command line and the server itself. */
  readonly address: string | null;
};

/** An entry as stored; equal entries are one with a count. */
export type AuditRow = AuditEntry & {
  /** Rises in the order of writing; a repetition moves the entry to the end. */
  readonly id: number;
  /** How often it happened, from `firstAt` to `at`. */
  readonly times: number;
  readonly firstAt: number;
};

/**
 * Keeps entries for `AUDIT_DAYS`: of each kind the newest `AUDIT_MAX`, and of one actor at
 * most `AUDIT_OF_ONE_MAX`, so that nobody can push others' entries out of the list.
 */
export interface AuditStore {
  /**
   * Adds an entry, or counts it with an equal one of the last `AUDIT_MERGED_MS`; changes are
   * never merged. An entry that's late by `AUDIT_LATE_MS` or less gets the time of the one
   * before it, so that times follow the order.
   */
  add(entry: AuditEntry): Promise<void>;
  /** Most recently written first; only ids below `olderThan`, if that's given. */
  list(page: {
    readonly size: number;
    readonly olderThan?: number | undefined;
  }): Promise<readonly AuditRow[]>;
}

export const AUDIT_DAYS = 400;
export const AUDIT_MAX = 5_000;
export const AUDIT_OF_ONE_MAX = 1_000;
export const AUDIT_MERGED_MS = 24 * 3_600_000;
/** How long after an action its entry is written at most, such as while a password is hashed. */
export const AUDIT_LATE_MS = 60_000;
