import { sql } from "kysely";
import { nameKey, type UserRow, type Visitor } from "../../accounts.ts";
import type { Db } from "../dialect.ts";
import type { Schema } from "../schema.ts";

export const USER_COLUMNS = [
  "users.id",
  "users.name",
  "users.role",
  "users.is_password_temporary",
  "users.created_at",
  "users.last_seen_at",
  sql<number>`CASE WHEN users.password_hash IS NULL THEN 0 ELSE 1 END`.as(
    "has_password",
  ),
] as const;

export const IS_ADMIN_MISSING = sql<number>`CASE WHEN EXISTS (
  SELECT 1 FROM users WHERE role = 'admin'
) THEN 0 ELSE 1 END`.as("is_admin_missing");

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

/** Which of these users there still are. */
export async function usersAmong(
  db: Db,
  ids: readonly number[],
): Promise<number[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom("users")
    .select("id")
    .where("id", "in", ids)
    .execute();
  return rows.map(({ id }) => id);
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

export function visitorOf(
  row: UserColumns & { readonly is_admin_missing: number },
): Visitor {
  return { user: userOf(row), isAdminMissing: row.is_admin_missing === 1 };
}
