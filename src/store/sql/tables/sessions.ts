import {
  SESSION_AGE_MS,
  SESSION_AHEAD_MS_MAX,
  SESSION_IDLE_MS,
  SESSIONS_MAX,
  type By,
  type SessionRow,
  type SignIn,
  type Visitor,
} from "../../accounts.ts";
import type { Db } from "../dialect.ts";
import { addAuditEntry } from "./audit.ts";
import { giveBack } from "./guesses.ts";
import { IS_ADMIN_MISSING, USER_COLUMNS, visitorOf } from "./visitors.ts";

const SESSION_COLUMNS = [
  "sessions.id as session_id",
  "sessions.user_id",
  "sessions.device",
  "sessions.address",
  "sessions.created_at as begun_at",
  "sessions.last_used_at",
] as const;

export async function visitorBySession(
  db: Db,
  tokenHash: string,
  now: number,
): Promise<(Visitor & { readonly session: SessionRow }) | undefined> {
  const row = await livingSessions(db, now)
    .innerJoin("users", "users.id", "sessions.user_id")
    .select(SESSION_COLUMNS)
    .select(USER_COLUMNS)
    .select(IS_ADMIN_MISSING)
    .where("token_hash", "=", tokenHash)
    .executeTakeFirst();
  return row && { ...visitorOf(row), session: sessionOf(row) };
}

/** Whether there is a session with this token, though it may have ended. */
export async function isSessionKept(
  db: Db,
  tokenHash: string,
): Promise<boolean> {
  const found = await db
    .selectFrom("sessions")
    .select("id")
    .where("token_hash", "=", tokenHash)
    .executeTakeFirst();
  return found !== undefined;
}

export async function sessionsOf(
  db: Db,
  userId: number,
  now: number,
): Promise<SessionRow[]> {
  const rows = await livingSessions(db, now)
    .select(SESSION_COLUMNS)
    .where("user_id", "=", userId)
    .orderBy("last_used_at", "desc")
    .orderBy("sessions.id", "desc")
    .execute();
  return rows.map(sessionOf);
}

/** Which of these sessions haven't ended. */
export async function sessionsAmong(
  db: Db,
  ids: readonly number[],
  now: number,
): Promise<number[]> {
  if (ids.length === 0) return [];
  const rows = await livingSessions(db, now)
    .select("sessions.id")
    .where("sessions.id", "in", ids)
    .execute();
  return rows.map(({ id }) => id);
}

/** Returns false if the password has changed in the meantime. */
export async function signIn(
  db: Db,
  session: SignIn,
  by: By,
): Promise<boolean> {
  const { tokenHash, device, userId, passwordHash, replacedHash } = session;
  const current = await db
    .selectFrom("users")
    .select("id")
    .where("id", "=", userId)
    .where("password_hash", "=", passwordHash)
    .executeTakeFirst();
  if (!current) return false;
  for (const { key, everyMs } of session.guessed)
    await giveBack(db, key, everyMs);
  if (replacedHash !== null)
    await db
      .deleteFrom("sessions")
      .where("token_hash", "=", replacedHash)
      .execute();
  await removeEndedSessions(db, { now: by.at, wasSetBack: false });
  await makeRoom(db, userId);
  await db
    .insertInto("sessions")
    .values({
      token_hash: tokenHash,
      user_id: userId,
      device,
      address: by.address,
      created_at: by.at,
      last_used_at: by.at,
    })
    .execute();
  await db
    .updateTable("users")
    .set({ last_seen_at: by.at })
    .where("id", "=", userId)
    .execute();
  await note(db, by, "signed in");
  return true;
}

/**
 * Once removed, no session comes back when the clock is set back. After that has happened
 * nobody knows how old the sessions are, so all of them end.
 */
export async function removeEndedSessions(
  db: Db,
  { now, wasSetBack }: { readonly now: number; readonly wasSetBack: boolean },
): Promise<void> {
  const ahead = now + SESSION_AHEAD_MS_MAX;
  await db
    .deleteFrom("sessions")
    .$if(!wasSetBack, (query) =>
      query.where((eb) =>
        eb.or([
          eb("created_at", "<=", now - SESSION_AGE_MS),
          eb("last_used_at", "<=", now - SESSION_IDLE_MS),
          eb("created_at", ">=", ahead),
          eb("last_used_at", ">=", ahead),
        ]),
      ),
    )
    .execute();
}

/** Removes this user's oldest sessions when there is no room for another. */
async function makeRoom(db: Db, userId: number): Promise<void> {
  const sessions = await db
    .selectFrom("sessions")
    .select("id")
    .where("user_id", "=", userId)
    .orderBy("last_used_at", "desc")
    .orderBy("id", "desc")
    .execute();
  const surplus = sessions.slice(SESSIONS_MAX - 1).map(({ id }) => id);
  if (surplus.length > 0)
    await db.deleteFrom("sessions").where("id", "in", surplus).execute();
}

export async function noteUse(
  db: Db,
  use: { readonly userId: number; readonly sessionId: number | null },
  at: number,
): Promise<void> {
  await db
    .updateTable("users")
    .set({ last_seen_at: at })
    .where("id", "=", use.userId)
    .execute();
  if (use.sessionId !== null)
    await db
      .updateTable("sessions")
      .set({ last_used_at: at })
      .where("id", "=", use.sessionId)
      .execute();
}

export async function signOut(
  db: Db,
  sessionId: number,
  by: By,
): Promise<void> {
  const { numDeletedRows } = await db
    .deleteFrom("sessions")
    .where("id", "=", sessionId)
    .executeTakeFirst();
  if (numDeletedRows > 0) await note(db, by, "signed out");
}

export async function endSession(
  db: Db,
  userId: number,
  sessionId: number,
  by: By,
): Promise<void> {
  const ended = await db
    .deleteFrom("sessions")
    .where("user_id", "=", userId)
    .where("id", "=", sessionId)
    .returning("device")
    .executeTakeFirst();
  if (ended) await note(db, by, "ended a session", ended.device);
}

export async function endOtherSessions(
  db: Db,
  userId: number,
  keptSession: number,
  by: By,
): Promise<void> {
  const { numDeletedRows } = await db
    .deleteFrom("sessions")
    .where("user_id", "=", userId)
    .where("id", "<>", keptSession)
    .executeTakeFirst();
  if (numDeletedRows > 0) await note(db, by, "ended all other sessions");
}

function note(db: Db, by: By, action: string, subject = ""): Promise<void> {
  return addAuditEntry(db, { kind: "sign-in", ...by, action, subject });
}

function livingSessions(db: Db, now: number) {
  return db
    .selectFrom("sessions")
    .where("sessions.created_at", ">", now - SESSION_AGE_MS)
    .where("sessions.last_used_at", ">", now - SESSION_IDLE_MS)
    .where("sessions.created_at", "<", now + SESSION_AHEAD_MS_MAX)
    .where("sessions.last_used_at", "<", now + SESSION_AHEAD_MS_MAX);
}

function sessionOf(row: {
  readonly session_id: number;
  readonly user_id: number;
  readonly device: string;
  readonly address: string | null;
  readonly begun_at: number;
  readonly last_used_at: number;
}): SessionRow {
  return {
    id: row.session_id,
    userId: row.user_id,
    device: row.device,
    address: row.address,
    createdAt: row.begun_at,
    lastUsedAt: row.last_used_at,
  };
}
