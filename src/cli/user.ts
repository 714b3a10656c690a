import {
  generatedPassword,
  hashOf,
  passwordMistake,
} from "../account/passwords.ts";
import { SecretKeys } from "../account/secret-keys.ts";
import { accountLimitKeys } from "../account/sign-in.ts";
import { NAME_RULE, userName } from "../account/user-name.ts";
import { ADD_REFUSALS } from "../account/users.ts";
import type { Role } from "../store/accounts.ts";
import type { Config } from "../config/config.ts";
import {
  type AccountStore,
  type By,
  type UserRefusal,
  type UserRow,
} from "../store/accounts.ts";
import { openEngine } from "../store/open.ts";
import { DONE, FAILED, WRONG_USAGE } from "./exit-status.ts";
import { plainText } from "../words/plain-text.ts";
import { isConfirmed, NOT_CONFIRMED } from "./confirmation.ts";
import { NoPassword, readNewPassword } from "./password-input.ts";
import { deliver, print, printJson, say } from "./output.ts";
import { minuteText, textTable, timeJson } from "./text-table.ts";

type Database = Pick<Config, "databaseUrl">;

/** Where the new password comes from. With `none`, only a proxy signs the user in. */
export type PasswordSource = "input" | "generated" | "none";

/** Adds a user. Without a role, the first one who can sign in is an admin. Resolves to the exit status. */
export async function userAdd(
  database: Database,
  given: string,
  options: { readonly role: Role | undefined; readonly source: PasswordSource },
): Promise<number> {
  const name = userName(given);
  if (name === undefined) return complain(NAME_RULE, WRONG_USAGE);
  // Asked for before a database is created, so that giving none changes nothing.
  let typed: string | undefined;
  try {
    if (!(await openEngine(database.databaseUrl).exists()))
      typed = await newPassword(options.source, name);
  } catch (error) {
    if (error instanceof NoPassword) return complain(error.message);
    throw error;
  }
  const mayCreate = true;
  return withAccounts(database, mayCreate, async (accounts) => {
    if ((await accounts.visitorByName(name)) !== undefined)
      return complain(`${ADD_REFUSALS["name taken"]} Nothing was changed.`);
    const role =
      options.role ?? ((await accounts.hasPasswords()) ? "member" : "admin");
    const password = typed ?? (await newPassword(options.source, name));
    handOver(options.source, password);
    const added = await accounts.addUser(
      {
        name,
        role,
        passwordHash: password === undefined ? null : hashOf(password),
        isPasswordTemporary: options.source === "generated",
      },
      by(),
    );
    if ("refusal" in added)
      return complain(`${ADD_REFUSALS[added.refusal]} Nothing was changed.`);
    say(`Added as ${role}.${handedOver(options.source)}`);
    return DONE;
  });
}

/** Lists the users. Resolves to the exit status. */
export function userList(database: Database, asJson: boolean): Promise<number> {
  return withAccounts(database, false, async (accounts) => {
    const users = await accounts.users();
    if (asJson) printJson(users.map(jsonOf));
    else if (users.length === 0)
      say("There are no users. smsledger user add NAME adds the first one.");
    else
      print(
        textTable([
          ["name", "role", "password", "added", "last seen"],
          ...users.map(rowOf),
        ]),
      );
    return DONE;
  });
}

/** Makes a user an admin or a member. Resolves to the exit status. */
export function userRole(
  database: Database,
  name: string,
  role: Role,
): Promise<number> {
  return withUser(database, name, async (accounts, user) =>
    outcome(
      await accounts.setRole(user.id, role, by()),
      `Now ${role}, effective immediately.`,
    ),
  );
}

/** Gives a user a new password, ends their sessions, and lifts their sign-in limit. Resolves to the exit status. */
export function userPassword(
  database: Database,
  name: string,
  source: PasswordSource,
): Promise<number> {
  return withUser(database, name, async (accounts, user) => {
    const password = await newPassword(source, user.name);
    if (password === undefined) return WRONG_USAGE;
    const keys = new SecretKeys(await accounts.secretKey());
    handOver(source, password);
    const refusal = await accounts.setPassword(
      {
        userId: user.id,
        passwordHash: hashOf(password),
        isTemporary: source === "generated",
        keptSession: null,
        limits: accountLimitKeys(keys, user),
      },
      by(),
    );
    return outcome(
      refusal,
      `The password is set, and all sessions of this user have ended.${handedOver(source)}`,
    );
  });
}

/** Removes a user. Resolves to the exit status. */
export function userRemove(
  database: Database,
  name: string,
  isSure: boolean,
): Promise<number> {
  return withUser(database, name, async (accounts, user) => {
    if (!isSure && !(await isConfirmed(`Remove ${user.name}?`)))
      return NOT_CONFIRMED;
    return outcome(
      await accounts.removeUser(user.id, by()),
      "Removed, and signed out everywhere.",
    );
  });
}

async function newPassword(
  source: PasswordSource,
  name: string,
): Promise<string | undefined> {
  if (source === "none") return undefined;
  if (source === "generated") return generatedPassword();
  const password = await readNewPassword();
  const mistake = passwordMistake(password, name);
  if (mistake !== undefined) throw new NoPassword(mistake);
  return password;
}

/** Prints a generated password before it is set, so that nobody is locked out if it can't be printed. */
function handOver(source: PasswordSource, password: string | undefined): void {
  if (source === "generated" && password !== undefined) deliver(password);
}

function handedOver(source: PasswordSource): string {
  return source === "generated"
    ? " The line above is a one-time password, which won't be shown again. The user chooses a new one at the first sign-in."
    : "";
}

const REFUSALS: Record<UserRefusal, string> = {
  "no such user": "This user has been removed in the meantime.",
  "last admin":
    "This is the only admin. Make another user an admin first. Nothing was changed.",
};

function outcome(refusal: UserRefusal | undefined, done: string): number {
  if (refusal !== undefined) return complain(REFUSALS[refusal]);
  say(done);
  return DONE;
}

function complain(sentence: string, status = FAILED): number {
  say(plainText(sentence));
  return status;
}

function by(): By {
  return { at: Date.now(), actor: "command line", address: null };
}

function withUser(
  database: Database,
  name: string,
  work: (accounts: AccountStore, user: UserRow) => Promise<number>,
): Promise<number> {
  return withAccounts(database, false, async (accounts) => {
    const found = await accounts.visitorByName(name);
    if (found === undefined)
      return complain("No user has this name. smsledger user list shows them.");
    return work(accounts, found.user);
  });
}

async function withAccounts(
  { databaseUrl }: Database,
  mayCreate: boolean,
  work: (accounts: AccountStore) => Promise<number>,
): Promise<number> {
  const engine = openEngine(databaseUrl);
  const isNew = mayCreate && !(await engine.exists());
  const stores = await engine.openForCommand({ mayCreate });
  if (isNew) say(`Created the database ${engine.place}.`);
  try {
    return await work(stores.accounts);
  } catch (error) {
    if (error instanceof NoPassword) return complain(error.message);
    throw error;
  } finally {
    await stores.close();
  }
}

function rowOf(user: UserRow): string[] {
  const { name, role, createdAt, lastSeenAt } = user;
  return [
    name,
    role,
    passwordOf(user),
    minuteText(createdAt),
    lastSeenAt === null ? "never" : minuteText(lastSeenAt),
  ];
}

/** A user in `--json`. */
function jsonOf(user: UserRow) {
  const { name, role, createdAt, lastSeenAt } = user;
  return {
    name,
    role,
    password: passwordOf(user),
    addedAt: timeJson(createdAt),
    lastSeenAt: timeJson(lastSeenAt),
  };
}

function passwordOf({ hasPassword, isPasswordTemporary }: UserRow): string {
  if (!hasPassword) return "none";
  return isPasswordTemporary ? "one-time" : "set";
}
