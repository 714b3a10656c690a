import type { AuditEntry } from "./audit.ts";
import type { GuessLimit, GuessTaken } from "./guess-limit.ts";

/** What a user may do: members read and export; admins also change settings and erase data. */
export type Role = "admin" | "member";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** A session ends when it was not used for so long, */
export const SESSION_IDLE_MS = 7 * DAY_MS;
/** and when it is so old. */
export const SESSION_AGE_MS = 30 * DAY_MS;
/** When a session was last used is written at most so often. */
export const LAST_USE_STEP_MS = 5 * MINUTE_MS;
/** A user's sessions at most: another one ends the one that was not used for longest. */
export const SESSIONS_MAX = 50;
export const USERS_MAX = 500;

export type UserRow = {
  readonly id: number;
  readonly name: string;
  readonly role: Role;
  /** False for those whom only a proxy signs in. */
  readonly hasPassword: boolean;
  /** An admin chose it, so the user is to choose another. */
  readonly isPasswordTemporary: boolean;
  /** Milliseconds since 1970, as all times here. */
  readonly createdAt: number;
  /** To some minutes; null when the user never was here. */
  readonly lastSeenAt: number | null;
};

export type SessionRow = {
  readonly id: number;
  readonly userId: number;
  /** The browser and system that it was begun with, in a few words. */
  readonly device: string;
  /** The IP address that it was begun from. */
  readonly address: string | null;
  readonly createdAt: number;
  /** To some minutes. */
  readonly lastUsedAt: number;
};

/** Somebody who may look. */
export type Visitor = {
  readonly user: UserRow;
  /** No user is an admin. */
  readonly isAdminMissing: boolean;
};

/** Who changes something, and when: the change's entry in the audit list says so. */
export type By = Pick<AuditEntry, "at" | "actor" | "address">;

export type NewUser = {
  readonly name: string;
  readonly role: Role;
  /** From `Bun.password`; null for those whom only a proxy signs in. */
  readonly passwordHash: string | null;
  readonly isPasswordTemporary: boolean;
};

/**
 * A session begun or used further ahead of the clock than this has ended: the clock was
 * set back, and nobody knows how old the session is.
 */
export const SESSION_AHEAD_MS_MAX = 5 * 60_000;

export type SignIn = {
  readonly userId: number;
  /** The one that was found right. */
  readonly passwordHash: string;
  /** SHA-256 of the new session's token, in hex digits. */
  readonly tokenHash: string;
  readonly device: string;
  /** The same of the session that this browser had; null for none. */
  readonly replacedHash: string | null;
  /** What the guess was taken from. */
  readonly guessed: readonly GuessLimit[];
};

/** Why no user was added. */
export type AddRefusal = "name taken" | "too many";

/** A new user's id, or why there is none. */
export type AddedUser =
  { readonly id: number } | { readonly refusal: AddRefusal };

/** Why a user was not changed. */
export type UserRefusal = "no such user" | "last admin";

/**
 * Users, their sessions, and how often somebody may guess a password. Names that differ
 * in case only are one. Each change adds its entry to the audit list, with it or not at
 * all; what ends a session or a role holds with the next request.
 */
export interface AccountStore {
  /** Whether somebody can sign in with a password. */
  hasPasswords(): Promise<boolean>;
  /** By name. */
  users(): Promise<readonly UserRow[]>;
  userById(id: number): Promise<UserRow | undefined>;
  visitorByName(name: string): Promise<Visitor | undefined>;
  /** With the hash of the password; undefined when there is no such user or none has been set. */
  passwordOf(
    name: string,
  ): Promise<{ readonly user: UserRow; readonly hash: string } | undefined>;
  /** Whose session has this token; undefined when it has ended. */
  visitorBySession(
    tokenHash: string,
    now: number,
  ): Promise<(Visitor & { readonly session: SessionRow }) | undefined>;
  /** A user's sessions, the one used last first. */
  sessionsOf(userId: number, now: number): Promise<readonly SessionRow[]>;
  /** Which of these sessions and users there still are. */
  stillThere(
    ids: {
      readonly sessions: readonly number[];
      readonly users: readonly number[];
    },
    now: number,
  ): Promise<{
    readonly sessions: readonly number[];
    readonly users: readonly number[];
  }>;
  /** A key of 256 bits in hex digits, of this database alone. Made when it is first asked for. */
  secretKey(): Promise<string>;

  /** There are `USERS_MAX` users at most. */
  addUser(user: NewUser, by: By): Promise<AddedUser>;
  /**
   * A member without a password: the new one's id, or that of the one who is there
   * already; undefined when there are `USERS_MAX`.
   */
  addProxyUser(name: string, by: By): Promise<number | undefined>;
  /** Replaces the code that the first user is made with, while nobody can sign in; its SHA-256 in hex digits. */
  setSetupCode(codeHash: string): Promise<void>;
  /** Whether this is the latest one; as SHA-256 in hex digits. */
  isSetupCode(codeHash: string): Promise<boolean>;
  /** Makes the first user, an admin; undefined when the code is not the latest, or somebody can sign in. */
  addFirstUser(
    user: Pick<NewUser, "name" | "passwordHash">,
    codeHash: string,
    by: By,
  ): Promise<number | undefined>;
  setRole(userId: number, role: Role, by: By): Promise<UserRefusal | undefined>;
  /** Also ends the user's sessions but `keptSession`, and takes back the guesses in `limits`. */
  setPassword(
    change: {
      readonly userId: number;
      readonly passwordHash: string;
      readonly isTemporary: boolean;
      readonly keptSession: number | null;
      readonly limits: readonly string[];
    },
    by: By,
  ): Promise<UserRefusal | undefined>;
  /** Ends the user's sessions too. */
  removeUser(userId: number, by: By): Promise<UserRefusal | undefined>;

  /**
   * Takes a guess from all limits of the first of `ways` in which each has one left, or
   * from none. On disk before it resolves.
   */
  takeGuess(
    ways: readonly (readonly GuessLimit[])[],
    at: number,
  ): Promise<GuessTaken>;
  /** When these limits will be whole again, by key; those that are whole are left out. */
  limitsWholeAt(keys: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /**
   * Begins a session, ends the one that it replaces, and gives back the guess. False
   * when the password was changed meanwhile.
   */
  signIn(session: SignIn, by: By): Promise<boolean>;
  /** Notes that a user was here. */
  noteUse(
    use: { readonly userId: number; readonly sessionId: number | null },
    at: number,
  ): Promise<void>;
  signOut(sessionId: number, by: By): Promise<void>;
  /** Ends one of the user's sessions. */
  endSession(userId: number, sessionId: number, by: By): Promise<void>;
  /** Ends all of the user's sessions but one. */
  endOtherSessions(userId: number, keptSession: number, by: By): Promise<void>;
}

/** A name as it is compared: two that look the same or differ in case only are one. */
export function nameKey(name: string): string {
  return name.normalize("NFKC").toLowerCase();
}
