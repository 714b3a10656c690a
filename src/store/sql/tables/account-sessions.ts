import type { Database } from "bun:sqlite";
import {
  SESSION_AGE_MS,
  SESSION_AHEAD_MS_MAX,
  SESSION_IDLE_MS,
  SESSIONS_MAX,
  type By,
  type SignIn,
} from "../../accounts.ts";
import {
  chooseLimits,
  partKey,
  wholeAfterGuess,
  type GuessLimit,
  type GuessTaken,
} from "../../guess-limit.ts";
import { addAuditEntry } from "./audit.ts";

export function takeGuess(
  db: Database,
  {
    ways,
    at,
  }: {
    readonly ways: readonly (readonly GuessLimit[])[];
    readonly at: number;
  },
): GuessTaken {
  // What is whole says nothing more.
  db.query("DELETE FROM guess_limits WHERE whole_at <= ?").run(at);
  const find = db.query<{ wholeAt: number }, [string]>(
    "SELECT whole_at AS wholeAt FROM guess_limits WHERE key = ?",
  );
  const wholeAt = (key: string): number | undefined => find.get(key)?.wholeAt;
  const result = chooseLimits(ways, wholeAt, at);
  if ("taken" in result) {
    for (const limit of result.taken)
      db.query(
        "INSERT INTO guess_limits VALUES (?, ?) ON CONFLICT DO UPDATE SET whole_at = excluded.whole_at",
      ).run(limit.key, wholeAfterGuess(limit, wholeAt(limit.key), at));
  }
  return result;
}

/**
 * Takes back the guesses in a limit, also from the limits that share them: what a user
 * mistyped no longer keeps their address waiting.
 */
export function forgetGuesses(
  db: Database,
  { key, at }: { readonly key: string; readonly at: number },
): void {
  const from = partKey(key, "");
  // Keys are base64url, whose characters come before "~".
  const parts = db
    .query<{ key: string; wholeAt: number }, [string, string]>(
      `SELECT key, whole_at AS wholeAt FROM guess_limits
         WHERE key > ? AND key < ?`,
    )
    .all(from, `${from}~`);
  const giveBack = db.query<unknown, [number, string]>(
    "UPDATE guess_limits SET whole_at = whole_at - max(0, ?) WHERE key = ?",
  );
  for (const part of parts)
    giveBack.run(part.wholeAt - at, part.key.slice(from.length));
  const remove = db.query("DELETE FROM guess_limits WHERE key = ?");
  for (const each of [key, ...parts.map((part) => part.key)]) remove.run(each);
}

export type SignInInput = {
  readonly session: SignIn;
  readonly by: By;
};

/** Whether the session was begun: not when the password was changed meanwhile. */
export function signIn(db: Database, { session, by }: SignInInput): boolean {
  const { tokenHash, device, userId, passwordHash, replacedHash, guessed } =
    session;
  const isCurrent = db
    .query("SELECT 1 FROM users WHERE id = ? AND password_hash = ?")
    .get(userId, passwordHash);
  if (!isCurrent) return false;
  for (const { key, everyMs } of guessed)
    db.query(
      "UPDATE guess_limits SET whole_at = whole_at - ? WHERE key = ?",
    ).run(everyMs, key);
  if (replacedHash !== null)
    db.query("DELETE FROM sessions WHERE token_hash = ?").run(replacedHash);
  removeEndedSessions(db, { at: by.at, all: false });
  makeRoom(db, userId);
  db.query(
    `INSERT INTO sessions (token_hash, user_id, device, address, created_at, last_used_at)
       VALUES (?, ?, ?, ?, ?, ?)`,
  ).run(tokenHash, userId, device, by.address, by.at, by.at);
  db.query("UPDATE users SET last_seen_at = ? WHERE id = ?").run(by.at, userId);
  addAuditEntry(db, {
    kind: "sign-in",
    ...by,
    action: "signed in",
    subject: "",
  });
  return true;
}

/**
 * Once removed, no session comes back when the clock is set back. With `all` every
 * session ends: after a clock was set back, nobody knows how old they are.
 */
export function removeEndedSessions(
  db: Database,
  { at, all }: { readonly at: number; readonly all: boolean },
): void {
  if (all) return void db.run("DELETE FROM sessions");
  const ahead = at + SESSION_AHEAD_MS_MAX;
  db.query(
    `DELETE FROM sessions WHERE created_at <= ? OR last_used_at <= ?
       OR created_at >= ? OR last_used_at >= ?`,
  ).run(at - SESSION_AGE_MS, at - SESSION_IDLE_MS, ahead, ahead);
}

/** Removes this user's oldest sessions when there is no room for another. */
function makeRoom(db: Database, userId: number): void {
  db.query(
    `DELETE FROM sessions WHERE id IN (
       SELECT id FROM sessions WHERE user_id = ? ORDER BY last_used_at DESC, id DESC LIMIT -1 OFFSET ?
     )`,
  ).run(userId, SESSIONS_MAX - 1);
}

export function noteUse(
  db: Database,
  {
    userId,
    sessionId,
    at,
  }: {
    readonly userId: number;
    readonly sessionId: number | null;
    readonly at: number;
  },
): void {
  db.query("UPDATE users SET last_seen_at = ? WHERE id = ?").run(at, userId);
  if (sessionId !== null)
    db.query("UPDATE sessions SET last_used_at = ? WHERE id = ?").run(
      at,
      sessionId,
    );
}

export function signOut(
  db: Database,
  { sessionId, by }: { readonly sessionId: number; readonly by: By },
): void {
  const { changes } = db
    .query("DELETE FROM sessions WHERE id = ?")
    .run(sessionId);
  if (changes > 0)
    addAuditEntry(db, {
      kind: "sign-in",
      ...by,
      action: "signed out",
      subject: "",
    });
}

export function endSession(
  db: Database,
  {
    userId,
    sessionId,
    by,
  }: { readonly userId: number; readonly sessionId: number; readonly by: By },
): void {
  const ended = db
    .query<{ device: string }, [number, number]>(
      "DELETE FROM sessions WHERE user_id = ? AND id = ? RETURNING device",
    )
    .get(userId, sessionId);
  if (ended)
    addAuditEntry(db, {
      kind: "sign-in",
      ...by,
      action: "ended a session",
      subject: ended.device,
    });
}

export function endOtherSessions(
  db: Database,
  {
    userId,
    keptSession,
    by,
  }: { readonly userId: number; readonly keptSession: number; readonly by: By },
): void {
  const { changes } = db
    .query("DELETE FROM sessions WHERE user_id = ? AND id <> ?")
    .run(userId, keptSession);
  if (changes > 0)
    addAuditEntry(db, {
      kind: "sign-in",
      ...by,
      action: "ended all other sessions",
      subject: "",
    });
}
