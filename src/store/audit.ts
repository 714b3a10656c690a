/** Who did what, and when: sign-ins, changes and exports. */
export type AuditEntry = {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** A user's name, `token` and an API token's name, `command line`, or `server`. */
  readonly actor: string;
  /** In words of ours that complete the sentence "ana …", e.g. `signed in`. */
  readonly action: string;
  /** Whom or what it was done to, e.g. a user's name; "" for nothing. Numbers are masked. */
  readonly subject: string;
  /** The IP address that it came from; null for the command line and the server itself. */
  readonly address: string | null;
};

export type AuditRow = AuditEntry & { readonly id: number };

/** Keeps the newest entries, `AUDIT_MAX` of them. */
export interface AuditStore {
  /** An entry that is late by `AUDIT_LATE_MS` or less gets the time of the one before it, so that times follow the order. */
  add(entry: AuditEntry): Promise<void>;
  /** Newest first, in the order of writing; those with an id below `olderThan` when that is given. */
  list(page: {
    readonly size: number;
    readonly olderThan?: number | undefined;
  }): Promise<readonly AuditRow[]>;
}

export const AUDIT_MAX = 10_000;
/** Between what is done and its entry others may be written, e.g. while a password is hashed: for so long at most. */
export const AUDIT_LATE_MS = 60_000;
