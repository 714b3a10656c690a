import type { AuditEntry } from "./audit.ts";
import type { GuessLimit, GuessTaken } from "./guess-limit.ts";

/** What a user may do: members read and export; admins also change settings and erase data. */
export type Role = "admin" | "member";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** A session ends when it isn't used for this long, */
export const SESSION_IDLE_MS = 7 * DAY_MS;
/** and when it reaches this age. */
export const SESSION_AGE_MS = 30 * DAY_MS;
/** How often, at most, a session's last use is written. */
export const LAST_USE_STEP_MS = 5 * MINUTE_MS;
/** How many sessions a user can have: one more ends the least recently used one. */
export const SESSIONS_MAX = 50;
export const USERS_MAX = 500;

export type UserRow = {
  readonly id: number;
  readonly name: string;
  readonly role: Role;
  /** False for users that only a proxy signs in. */
  readonly hasPassword: boolean;
  /** An admin chose the password, so the user has to choose another. */
  readonly isPasswordTemporary: boolean;
  /** Milliseconds since 1970, as all times here. */
  readonly createdAt: number;
  /** To within a few minutes; null for a user who has never signed in. */
  readonly lastSeenAt: number | null;
};

export type SessionRow = {
  readonly id: number;
  readonly userId: number;
  /** The browser and system that signed in, in a few words. */
  readonly device: string;
  /** The IP address that signed in. */
  readonly address: string | null;
  readonly createdAt: number;
  /** To within a few minutes. */
  readonly lastUsedAt: number;
};

/** A signed-in user, for whom a page is made. */
export type Visitor = {
  readonly user: UserRow;
  /** There's no admin. */
  readonly isAdminMissing: boolean;
};

/** Who makes a change, and when, for its entry in the audit list. */
export type By = Pick<AuditEntry, "at" | "actor" | "address">;

export type NewUser = {
  readonly name: string;
  readonly role: Role;
  /** From `Bun.password`; null for users that only a proxy signs in. */
  readonly passwordHash: string | null;
  readonly isPasswordTemporary: boolean;
};

/**
 * A session that began or was used further ahead of the clock than this has ended: the clock
 * was set back, and the session's age is unknown.
 */
export const SESSION_AHEAD_MS_MAX = 5 * 60_000;

export type SignIn = {
  readonly userId: number;
  /** The hash that the password matched. */
  readonly passwordHash: string;
  /** SHA-256 of the new session's token, in hex digits. */
  readonly tokenHash: string;
  readonly device: string;
  /** That of the session this browser had before; null for none. */
  readonly replacedHash: string | null;
  /** The limits that the guess was taken from. */
  readonly guessed: readonly GuessLimit[];
};

/** Why a user wasn't added. */
export type AddRefusal = "name taken" | "too many";

/** A new user's ID, or why there is none. */
export type AddedUser =
  { readonly id: number } | { readonly refusal: AddRefusal };

/** Why a user wasn't changed. */
export type UserRefusal = "no such user" | "last admin";

/**
 * Users, their sessions, and how often someone may guess a password. Names that differ only
 * in case are one. Each change adds its entry to the audit list atomically, and applies from
 * the next request.
 */
export interface AccountStore {
  /** Whether any user can sign in with a password. */
  hasPasswords(): Promise<boolean>;
  /** By name. */
  users(): Promise<readonly UserRow[]>;
  userById(id: number): Promise<UserRow | undefined>;
  visitorByName(name: string): Promise<Visitor | undefined>;
  /** The user and the password's hash; undefined without such a user or without a password. */
  passwordOf(
    name: string,
  ): Promise<{ readonly user: UserRow; readonly hash: string } | undefined>;
  /** The user whose session has this token; undefined when it has ended. */
  visitorBySession(
    tokenHash: string,
    now: number,
  ): Promise<(Visitor & { readonly session: SessionRow }) | undefined>;
  /** A user's sessions, most recently used first. */
  sessionsOf(userId: number, now: number): Promise<readonly SessionRow[]>;
  /** Which of these sessions and users still exist. */
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
  /** This database's own key: 256 bits in hex digits, created on first use. */
  secretKey(): Promise<string>;

  /** Adds a user, up to `USERS_MAX`. */
  addUser(user: NewUser, by: By): Promise<AddedUser>;
  /**
   * Adds a member without a password. Returns the new or the existing user's id; undefined
   * when there are `USERS_MAX`.
   */
  addProxyUser(name: string, by: By): Promise<number | undefined>;
  /**
   * While nobody can sign in: replaces the code that creates the first user, given as SHA-256
   * in hex digits. Where there are several nodes, each has one, and `node` names it, without spaces.
   */
  setSetupCode(codeHash: string, node?: string): Promise<void>;
  /** Whether this is the latest code, of any node, given as SHA-256 in hex digits. */
  isSetupCode(codeHash: string): Promise<boolean>;
  /** Creates the first user, an admin; undefined when the code isn't the latest, or someone can sign in. */
  addFirstUser(
    user: Pick<NewUser, "name" | "passwordHash">,
    codeHash: string,
    by: By,
  ): Promise<number | undefined>;
  setRole(userId: number, role: Role, by: By): Promise<UserRefusal | undefined>;
  /** Also ends the user's sessions except `keptSession`, and gives back the guesses in `limits`. */
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
  /** Also ends the user's sessions. */
  removeUser(userId: number, by: By): Promise<UserRefusal | undefined>;

  /**
   * Takes a guess from all limits of the first of `ways` in which each has one left, or from
   * none. Resolves once that's on disk.
   */
  takeGuess(
    ways: readonly (readonly GuessLimit[])[],
    at: number,
  ): Promise<GuessTaken>;
  /** When these limits will be whole again, by key, without those that are whole. */
  limitsWholeAt(keys: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /**
   * Begins a session, ends the one that it replaces, and gives back the guess. False when
   * the password was changed meanwhile.
   */
  signIn(session: SignIn, by: By): Promise<boolean>;
  /** Records that a user was here. */
  noteUse(
    use: { readonly userId: number; readonly sessionId: number | null },
    at: number,
  ): Promise<void>;
  signOut(sessionId: number, by: By): Promise<void>;
  /** Ends one of the user's sessions. */
  endSession(userId: number, sessionId: number, by: By): Promise<void>;
  /** Ends all of the user's sessions except one. */
  endOtherSessions(userId: number, keptSession: number, by: By): Promise<void>;
}

/** A name as it's compared: names that look the same or differ only in case are one. */
export function nameKey(name: string): string {
  return name.normalize("NFKC").toLowerCase();
}
