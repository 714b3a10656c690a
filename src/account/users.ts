import {
  USERS_MAX,
  type AccountStore,
  type AddRefusal,
  type By,
  type UserRow,
} from "../store/accounts.ts";
import type { Stores } from "../store/stores.ts";
import type { PasswordHashing } from "./password-hashing.ts";
import { passwordMistake } from "./passwords.ts";
import type { SecretKeys } from "./secret-keys.ts";
import { accountLimitKeys } from "./sign-in.ts";
import { NAME_RULE, userName } from "./user-name.ts";
import type { Role } from "../store/accounts.ts";

type Deps = {
  readonly store: Pick<Stores, "accounts">;
  readonly hashing: PasswordHashing;
};

/** Why no user was added, in sentences. */
export const ADD_REFUSALS: Record<AddRefusal, string> = {
  "name taken":
    "A user with this name already exists. Names aren’t case-sensitive.",
  "too many": `There are already ${USERS_MAX} users, the maximum. Remove one that’s no longer needed first.`,
};

export type Added = { readonly name: string } | { readonly mistake: string };

/** Adds a user with a one-time password, or returns why not, as a sentence. Rejects with TooManyAtOnce. */
export async function addUserWithPassword(
  { store: { accounts }, hashing }: Deps,
  user: {
    readonly name: string;
    readonly role: Role;
    readonly password: string;
  },
  by: By,
): Promise<Added> {
  const name = userName(user.name);
  if (name === undefined) return { mistake: NAME_RULE };
  const mistake = passwordMistake(user.password, name);
  if (mistake !== undefined) return { mistake };
  const { role, password } = user;
  const passwordHash = await hashing.hash(password);
  const added = await accounts.addUser(
    { name, role, passwordHash, isPasswordTemporary: true },
    by,
  );
  if ("id" in added) return { name };
  if (await isSame(accounts, { name, role, password }, hashing))
    return { name };
  return { mistake: ADD_REFUSALS[added.refusal] };
}

/** Whether the same form was sent before, for example by a double click. */
async function isSame(
  accounts: AccountStore,
  {
    name,
    role,
    password,
  }: Readonly<Record<"name" | "password", string>> & {
    readonly role: Role;
  },
  hashing: PasswordHashing,
): Promise<boolean> {
  const known = await accounts.passwordOf(name);
  if (known === undefined) return false;
  const { user, hash } = known;
  if (!user.isPasswordTemporary || user.role !== role) return false;
  return hashing.inTurn(({ isPassword }) => isPassword(password, hash));
}

/** Gives a user a one-time password and resets their guess limits, or returns why not, as a sentence. Rejects with TooManyAtOnce. */
export async function setUserPassword(
  { store: { accounts }, hashing, keys }: Deps & { readonly keys: SecretKeys },
  user: UserRow,
  password: string,
  by: By,
): Promise<{ readonly mistake: string } | undefined> {
  const refusal = await accounts.setPassword(
    {
      userId: user.id,
      passwordHash: await hashing.hash(password),
      isTemporary: true,
      keptSession: null,
      limits: accountLimitKeys(keys, user),
    },
    by,
  );
  return refusal && { mistake: "This user has been removed in the meantime." };
}
