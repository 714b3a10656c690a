import {
  nameKey,
  USERS_MAX,
  type AccountStore,
  type AddedUser,
  type By,
  type NewUser,
  type Role,
  type UserRefusal,
} from "../../accounts.ts";
import type { Db } from "../dialect.ts";
import { addAuditEntry } from "./audit.ts";
import { forgetGuesses } from "./guesses.ts";
import { isSetupCode, keepSetupCode, removeSetupCode } from "./secrets.ts";
import { removeViewsOf } from "./views.ts";
import { hasPasswords } from "./visitors.ts";

export async function addUser(
  db: Db,
  user: NewUser,
  by: By,
): Promise<AddedUser> {
  if ((await idOf(db, user.name)) !== undefined)
    return { refusal: "name taken" };
  if (await isFull(db)) return { refusal: "too many" };
  const id = await insertUser(db, user, by.at);
  await note(db, by, `added the ${user.role}`, user.name);
  return { id };
}

export async function addProxyUser(
  db: Db,
  name: string,
  by: By,
): Promise<number | undefined> {
  const known = await idOf(db, name);
  if (known !== undefined) return known;
  if (await isFull(db)) return undefined;
  const id = await insertUser(
    db,
    { name, role: "member", passwordHash: null, isPasswordTemporary: false },
    by.at,
  );
  await addAuditEntry(db, {
    kind: "sign-in",
    ...by,
    action: "came through the proxy for the first time",
    subject: "",
  });
  return id;
}

export async function setSetupCode(
  db: Db,
  codeHash: string,
  node?: string,
): Promise<void> {
  if (!(await hasPasswords(db))) await keepSetupCode(db, codeHash, node);
}

export async function addFirstUser(
  db: Db,
  { name, passwordHash }: Pick<NewUser, "name" | "passwordHash">,
  codeHash: string,
  by: By,
): Promise<number | undefined> {
  if (!(await isSetupCode(db, codeHash)) || (await hasPasswords(db)))
    return undefined;
  const user = {
    name,
    role: "admin",
    passwordHash,
    isPasswordTemporary: false,
  } as const;
  // The proxy may have signed in somebody with this name before.
  const id = await insertUser(db, user, by.at, true);
  await removeSetupCode(db);
  await note(db, by, "made the first user", name);
  return id;
}

export async function setRole(
  db: Db,
  userId: number,
  role: Role,
  by: By,
): Promise<UserRefusal | undefined> {
  const user = await find(db, userId);
  if (!user) return "no such user";
  if (user.role === role) return undefined;
  if (role === "member" && (await isLastAdmin(db, user))) return "last admin";
  await db
    .updateTable("users")
    .set({ role })
    .where("id", "=", userId)
    .execute();
  const action = role === "admin" ? "made an admin of" : "made a member of";
  await note(db, by, action, user.name);
  return undefined;
}

export async function setPassword(
  db: Db,
  change: Parameters<AccountStore["setPassword"]>[0],
  by: By,
): Promise<UserRefusal | undefined> {
  const { userId, passwordHash, isTemporary, keptSession, limits } = change;
  const user = await find(db, userId);
  if (!user) return "no such user";
  await db
    .updateTable("users")
    .set({
      password_hash: passwordHash,
      is_password_temporary: Number(isTemporary),
    })
    .where("id", "=", userId)
    .execute();
  await db
    .deleteFrom("sessions")
    .where("user_id", "=", userId)
    .where("id", "is distinct from", keptSession)
    .execute();
  for (const key of limits) await forgetGuesses(db, key, by.at);
  await note(db, by, "set the password of", user.name);
  return undefined;
}

export async function removeUser(
  db: Db,
  userId: number,
  by: By,
): Promise<UserRefusal | undefined> {
  const user = await find(db, userId);
  if (!user) return "no such user";
  if (await isLastAdmin(db, user)) return "last admin";
  await db.deleteFrom("sessions").where("user_id", "=", userId).execute();
  await db.deleteFrom("digests").where("user_id", "=", userId).execute();
  await removeViewsOf(db, userId);
  await db.deleteFrom("users").where("id", "=", userId).execute();
  await note(db, by, "removed a user", user.name);
  return undefined;
}

async function idOf(db: Db, name: string): Promise<number | undefined> {
  const known = await db
    .selectFrom("users")
    .select("id")
    .where("name_key", "=", nameKey(name))
    .executeTakeFirst();
  return known?.id;
}

async function isFull(db: Db): Promise<boolean> {
  const { count } = await db
    .selectFrom("users")
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .executeTakeFirstOrThrow();
  return count >= USERS_MAX;
}

/** Returns the id. Throws when the name is taken, unless it `replaces` that user. */
async function insertUser(
  db: Db,
  { name, role, passwordHash, isPasswordTemporary }: NewUser,
  at: number,
  replaces = false,
): Promise<number> {
  const user = {
    name,
    role,
    password_hash: passwordHash,
    is_password_temporary: Number(isPasswordTemporary),
  };
  const { id } = await db
    .insertInto("users")
    .values({ ...user, name_key: nameKey(name), created_at: at })
    .$if(replaces, (query) =>
      query.onConflict((conflict) =>
        conflict.column("name_key").doUpdateSet(user),
      ),
    )
    .returning("id")
    .executeTakeFirstOrThrow();
  return id;
}

type Found = {
  readonly id: number;
  readonly name: string;
  readonly role: Role;
};

function find(db: Db, userId: number): Promise<Found | undefined> {
  return db
    .selectFrom("users")
    .select(["id", "name", "role"])
    .where("id", "=", userId)
    .executeTakeFirst();
}

async function isLastAdmin(db: Db, { id, role }: Found): Promise<boolean> {
  if (role !== "admin") return false;
  const other = await db
    .selectFrom("users")
    .select("id")
    .where("role", "=", "admin")
    .where("id", "<>", id)
    .limit(1)
    .executeTakeFirst();
  return other === undefined;
}

function note(db: Db, by: By, action: string, subject: string): Promise<void> {
  return addAuditEntry(db, { kind: "change", ...by, action, subject });
}
