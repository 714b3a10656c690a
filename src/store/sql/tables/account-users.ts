import type { Database } from "bun:sqlite";
import type { Role } from "../../accounts.ts";
import {
  nameKey,
  USERS_MAX,
  type AddedUser,
  type By,
  type NewUser,
  type UserRefusal,
} from "../../accounts.ts";
import { SECRET_KEY, SETUP_CODE_HASH } from "./account-tables.ts";
import { forgetGuesses } from "./account-sessions.ts";
import { addAuditEntry } from "./audit.ts";

type Found = {
  readonly id: number;
  readonly name: string;
  readonly role: Role;
};

export function addUser(
  db: Database,
  { user, by }: { readonly user: NewUser; readonly by: By },
): AddedUser {
  if (idOf(db, user.name) !== null) return { refusal: "name taken" };
  if (userCount(db) >= USERS_MAX) return { refusal: "too many" };
  const id = insertUser(db, user, by.at);
  note(db, by, `added a user as ${user.role}`, user.name);
  return { id };
}

export function addProxyUser(
  db: Database,
  { name, by }: { readonly name: string; readonly by: By },
): number | null {
  const known = idOf(db, name);
  if (known !== null) return known;
  if (userCount(db) >= USERS_MAX) return null;
  const user = {
    name,
    role: "member",
    passwordHash: null,
    isPasswordTemporary: false,
  } as const;
  const id = insertUser(db, user, by.at);
  addAuditEntry(db, {
    kind: "sign-in",
    ...by,
    action: "came through the proxy for the first time",
    subject: "",
  });
  return id;
}

function idOf(db: Database, name: string): number | null {
  const known = db
    .query<{ id: number }, [string]>("SELECT id FROM users WHERE name_key = ?")
    .get(nameKey(name));
  return known?.id ?? null;
}

/** The name must be free. */
function insertUser(db: Database, user: NewUser, at: number): number {
  const { lastInsertRowid } = db
    .query(
      `INSERT INTO users (name, name_key, role, password_hash, is_password_temporary, created_at)
         VALUES (?, ?, ?, ?, ?, ?)`,
    )
    .run(
      user.name,
      nameKey(user.name),
      user.role,
      user.passwordHash,
      Number(user.isPasswordTemporary),
      at,
    );
  return Number(lastInsertRowid);
}

export function setSetupCode(db: Database, codeHash: string): void {
  if (hasPasswords(db)) return;
  db.query(
    "INSERT INTO secrets VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
  ).run(SETUP_CODE_HASH, codeHash);
}

export function addFirstUser(
  db: Database,
  {
    name,
    passwordHash,
    codeHash,
    by,
  }: {
    readonly name: string;
    readonly passwordHash: string | null;
    readonly codeHash: string;
    readonly by: By;
  },
): number | null {
  const isLatest =
    db
      .query<{ value: string }, [string]>(
        "SELECT value FROM secrets WHERE name = ?",
      )
      .get(SETUP_CODE_HASH)?.value === codeHash;
  if (!isLatest || hasPasswords(db)) return null;
  // A proxy may have brought somebody of this name before.
  const added = db
    .query<{ id: number }, (string | number | null)[]>(
      `INSERT INTO users (name, name_key, role, password_hash, is_password_temporary, created_at)
         VALUES (?, ?, 'admin', ?, 0, ?)
         ON CONFLICT (name_key) DO UPDATE SET name = excluded.name, role = 'admin', password_hash = excluded.password_hash, is_password_temporary = 0
         RETURNING id`,
    )
    .get(name, nameKey(name), passwordHash, by.at);
  db.query("DELETE FROM secrets WHERE name = ?").run(SETUP_CODE_HASH);
  note(db, by, "made the first user", name);
  return added?.id ?? null;
}

export function setRole(
  db: Database,
  {
    userId,
    role,
    by,
  }: { readonly userId: number; readonly role: Role; readonly by: By },
): UserRefusal | null {
  const user = find(db, userId);
  if (!user) return "no such user";
  if (user.role === role) return null;
  if (role === "member" && isLastAdmin(db, user)) return "last admin";
  db.query("UPDATE users SET role = ? WHERE id = ?").run(role, userId);
  note(
    db,
    by,
    role === "admin" ? "made an admin of" : "made a member of",
    user.name,
  );
  return null;
}

export function setPassword(
  db: Database,
  {
    userId,
    passwordHash,
    isTemporary,
    keptSession,
    limits,
    by,
  }: {
    readonly userId: number;
    readonly passwordHash: string;
    readonly isTemporary: boolean;
    readonly keptSession: number | null;
    readonly limits: readonly string[];
    readonly by: By;
  },
): UserRefusal | null {
  const user = find(db, userId);
  if (!user) return "no such user";
  db.query(
    "UPDATE users SET password_hash = ?, is_password_temporary = ? WHERE id = ?",
  ).run(passwordHash, Number(isTemporary), userId);
  db.query("DELETE FROM sessions WHERE user_id = ? AND id IS NOT ?").run(
    userId,
    keptSession,
  );
  for (const key of limits) forgetGuesses(db, { key, at: by.at });
  note(db, by, "set the password of", user.name);
  return null;
}

export function removeUser(
  db: Database,
  { userId, by }: { readonly userId: number; readonly by: By },
): UserRefusal | null {
  const user = find(db, userId);
  if (!user) return "no such user";
  if (isLastAdmin(db, user)) return "last admin";
  db.query("DELETE FROM sessions WHERE user_id = ?").run(userId);
  db.query("DELETE FROM users WHERE id = ?").run(userId);
  note(db, by, "removed a user", user.name);
  return null;
}

/** The key that there is, or else this one. */
export function keepSecretKey(db: Database, key: string): string {
  db.query("INSERT INTO secrets VALUES (?, ?) ON CONFLICT DO NOTHING").run(
    SECRET_KEY,
    key,
  );
  const kept = db
    .query<{ value: string }, [string]>(
      "SELECT value FROM secrets WHERE name = ?",
    )
    .get(SECRET_KEY);
  return kept?.value ?? key;
}

function find(db: Database, userId: number): Found | null {
  return db
    .query<Found, [number]>("SELECT id, name, role FROM users WHERE id = ?")
    .get(userId);
}

function userCount(db: Database): number {
  const row = db
    .query<{ users: number }, []>("SELECT count(*) AS users FROM users")
    .get();
  return row?.users ?? 0;
}

function hasPasswords(db: Database): boolean {
  return (
    db
      .query("SELECT 1 FROM users WHERE password_hash IS NOT NULL LIMIT 1")
      .get() !== null
  );
}

function isLastAdmin(db: Database, { id, role }: Found): boolean {
  return (
    role === "admin" &&
    db.query("SELECT 1 FROM users WHERE role = 'admin' AND id <> ?").get(id) ===
      null
  );
}

function note(db: Database, by: By, action: string, subject: string): void {
  addAuditEntry(db, { kind: "change", ...by, action, subject });
}
