import { sql, type Kysely } from "kysely";
import {
  nameKey,
  SESSION_AGE_MS,
  SESSION_AHEAD_MS_MAX,
  SESSION_IDLE_MS,
  type SessionRow,
  type UserRow,
  type Visitor,
} from "../../accounts.ts";
import type { Schema } from "../schema.ts";

type Db = Kysely<Schema>;

const USER_COLUMNS = [
  "users.id",
  "users.name",
  "users.role",
  "users.is_password_temporary",
  "users.created_at",
  "users.last_seen_at",
  sql<number>`users.password_hash IS NOT NULL`.as("has_password"),
] as const;

const IS_ADMIN_MISSING = sql<number>`NOT EXISTS (
  SELECT 1 FROM users WHERE role = 'admin'
)`.as("is_admin_missing");

const SESSION_COLUMNS = [
  "sessions.id as session_id",
  "sessions.user_id",
  "sessions.device",
  "sessions.address",
  "sessions.created_at as begun_at",
  "sessions.last_used_at",
] as const;

export async function hasPasswords(db: Db): Promise<boolean> {
  const found = await db
    .selectFrom("users")
    .select("id")
    .where("password_hash", "is not", null)
    .limit(1)
    .executeTakeFirst();
  return found !== undefined;
}

export async function users(db: Db): Promise<UserRow[]> {
  const rows = await db
    .selectFrom("users")
    .select(USER_COLUMNS)
    .orderBy("name_key")
    .execute();
  return rows.map(userOf);
}

export async function userById(
  db: Db,
  id: number,
): Promise<UserRow | undefined> {
  const row = await db
    .selectFrom("users")
    .select(USER_COLUMNS)
    .where("id", "=", id)
    .executeTakeFirst();
  return row && userOf(row);
}

export async function visitorByName(
  db: Db,
  name: string,
): Promise<Visitor | undefined> {
  const row = await db
    .selectFrom("users")
    .select(USER_COLUMNS)
    .select(IS_ADMIN_MISSING)
    .where("name_key", "=", nameKey(name))
    .executeTakeFirst();
  return row && visitorOf(row);
}

export async function passwordOf(
  db: Db,
  name: string,
): Promise<{ readonly user: UserRow; readonly hash: string } | undefined> {
  const row = await db
    .selectFrom("users")
    .select(USER_COLUMNS)
    .select("password_hash")
    .where("name_key", "=", nameKey(name))
    .executeTakeFirst();
  if (row === undefined || row.password_hash === null) return undefined;
  return { user: userOf(row), hash: row.password_hash };
}

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

export async function sessionsAmong(
  db: Db,
  ids: readonly number[],
  now: number,
): Promise<number[]> {
  const rows = await livingSessions(db, now)
    .select("sessions.id")
    .where("sessions.id", "in", ids)
    .execute();
  return rows.map(({ id }) => id);
}

export async function usersAmong(
  db: Db,
  ids: readonly number[],
): Promise<number[]> {
  const rows = await db
    .selectFrom("users")
    .select("id")
    .where("id", "in", ids)
    .execute();
  return rows.map(({ id }) => id);
}

export async function secret(
  db: Db,
  name: string,
): Promise<string | undefined> {
  const row = await db
    .selectFrom("secrets")
    .select("value")
    .where("name", "=", name)
    .executeTakeFirst();
  return row?.value;
}

export async function limitsWholeAt(
  db: Db,
  keys: readonly string[],
): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom("guess_limits")
    .selectAll()
    .where("key", "in", keys)
    .execute();
  return new Map(rows.map(({ key, whole_at }) => [key, whole_at]));
}

function livingSessions(db: Db, now: number) {
  return db
    .selectFrom("sessions")
    .where("sessions.created_at", ">", now - SESSION_AGE_MS)
    .where("sessions.last_used_at", ">", now - SESSION_IDLE_MS)
    .where("sessions.created_at", "<", now + SESSION_AHEAD_MS_MAX)
    .where("sessions.last_used_at", "<", now + SESSION_AHEAD_MS_MAX);
}

type UserColumns = Pick<
  Schema["users"],
  "name" | "role" | "is_password_temporary" | "created_at" | "last_seen_at"
> & { readonly id: number; readonly has_password: number };

function userOf(row: UserColumns): UserRow {
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    hasPassword: row.has_password === 1,
    isPasswordTemporary: row.is_password_temporary === 1,
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
  };
}

function visitorOf(
  row: UserColumns & { readonly is_admin_missing: number },
): Visitor {
  return { user: userOf(row), isAdminMissing: row.is_admin_missing === 1 };
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
