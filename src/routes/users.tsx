import type { Asked } from "./asked.ts";
import { page } from "../http/page.ts";
import { Problem } from "../http/problem.ts";
import { BUSY_WORDS } from "../../views/sign-in/login-page.tsx";
import {
  RemoveUserPage,
  UserPage,
  type UserPageProps,
} from "../../views/settings/user-page.tsx";
import {
  UsersPage,
  type UserForm,
  type UsersPageProps,
} from "../../views/settings/users-page.tsx";
import type { Site } from "../../views/site.ts";
import { redirectTo } from "../http/responses.ts";
import type {
  AccountStore,
  By,
  UserRefusal,
  UserRow,
} from "../store/accounts.ts";
import { fieldOf } from "../http/form-body.ts";
import { TooManyAtOnce } from "../account/password-hashing.ts";
import { generatedPassword, passwordMistake } from "../account/passwords.ts";
import type { AccountDeps } from "./account-deps.ts";
import { addUserWithPassword, setUserPassword } from "../account/users.ts";
import { requesterOf } from "../account/viewer.ts";
import type { Role } from "../store/accounts.ts";

const NO_SUCH_USER = new Problem({
  status: 404,
  title: "No user has this ID",
  detail:
    "They may have been removed. See Settings, Users for the current list.",
});

const REFUSALS: Record<UserRefusal, string> = {
  "no such user": "This user has been removed in the meantime.",
  "last admin":
    "This is the only admin. Make another user an admin first, so that someone can manage users.",
};

const EMPTY_FORM = { name: "", role: "member" } as const;

/** `/settings/users`: lists, changes and removes users. */
export const userHandlers = ({ store: { accounts }, now }: AccountDeps) => ({
  list: async ({ site }: Asked) =>
    page(await usersPage({ accounts, site, now: now() }, EMPTY_FORM)),
  one: async ({ params, site }: Asked<"id">) => {
    const user = await userOf(accounts, params.id);
    if (user === undefined) return NO_SUCH_USER;
    return page(userPage({ site, user, now: now() }));
  },
  confirmRemove: async ({ params, site }: Asked<"id">) => {
    const user = await userOf(accounts, params.id);
    if (user === undefined) return NO_SUCH_USER;
    return page(<RemoveUserPage site={site} user={user} />);
  },
  setRole: async ({ params, request, site, body }: Asked<"id">) => {
    const user = await userOf(accounts, params.id);
    const role = roleOf(fieldOf(body, "role"));
    if (user === undefined || role === undefined) return NO_SUCH_USER;
    const by = byOf(request, now());
    const refusal = await accounts.setRole(user.id, role, by);
    if (refusal === undefined) return redirectTo(site.urls.users, 303);
    const mistake = REFUSALS[refusal];
    return page(userPage({ site, user, mistake, now: now() }), { status: 409 });
  },
  remove: async ({ params, request, site }: Asked<"id">) => {
    const user = await userOf(accounts, params.id);
    // A second click has nothing left to do.
    if (user === undefined) return redirectTo(site.urls.users, 303);
    const refusal = await accounts.removeUser(user.id, byOf(request, now()));
    if (refusal !== "last admin") return redirectTo(site.urls.users, 303);
    const mistake = REFUSALS[refusal];
    return page(userPage({ site, user, mistake, now: now() }), { status: 409 });
  },
});

/** What an admin can do only where users sign in with a password: add users and replace passwords. */
export const userPasswordHandlers = (deps: AccountDeps) => {
  const { accounts } = deps.store;
  const { now } = deps;
  return {
    add: async ({ request, site, body }: Asked) => {
      const form = {
        name: fieldOf(body, "name"),
        role: roleOf(fieldOf(body, "role")) ?? "member",
        password: fieldOf(body, "password"),
      };
      const by = byOf(request, now());
      const added = await addUserWithPassword(deps, form, by).catch(busy);
      const shown = { accounts, site, now: now() };
      if ("mistake" in added)
        return page(await usersPage(shown, { ...form, ...added }), {
          status: 400,
        });
      const handedOver = { name: added.name, password: form.password };
      return page(await usersPage(shown, EMPTY_FORM, handedOver));
    },
    setPassword: async ({ params, request, site, body }: Asked<"id">) => {
      const user = await userOf(accounts, params.id);
      if (user === undefined) return NO_SUCH_USER;
      const shown = { site, user, now: now() };
      const password = fieldOf(body, "password");
      const mistake = passwordMistake(password, user.name);
      if (mistake !== undefined)
        return page(userPage({ ...shown, mistake }), { status: 400 });
      const keys = await deps.access.keys();
      const set = await setUserPassword(
        { ...deps, keys },
        user,
        password,
        byOf(request, now()),
      ).catch(busy);
      if (set !== undefined)
        return page(userPage({ ...shown, ...set }), { status: 409 });
      const handedOver = { name: user.name, password };
      return page(userPage({ ...shown, handedOver }));
    },
  };
};

async function usersPage(
  shown: {
    readonly accounts: AccountStore;
    readonly site: Site;
    readonly now: number;
  },
  form: Omit<UserForm, "password"> & Partial<Pick<UserForm, "password">>,
  handedOver?: UsersPageProps["handedOver"],
) {
  const { accounts, site, now } = shown;
  const users = await accounts.users();
  const whole = { password: generatedPassword(), ...form };
  return <UsersPage {...{ site, users, form: whole, handedOver, now }} />;
}

function userPage(props: Omit<UserPageProps, "password">) {
  return <UserPage {...props} password={generatedPassword()} />;
}

async function userOf(
  accounts: AccountStore,
  id: string,
): Promise<UserRow | undefined> {
  return /^\d{1,15}$/.test(id) ? accounts.userById(Number(id)) : undefined;
}

function byOf(request: Request, at: number): By {
  return { ...requesterOf(request), at };
}

function roleOf(text: string): Role | undefined {
  return text === "admin" || text === "member" ? text : undefined;
}

function busy(error: unknown): { readonly mistake: string } {
  if (error instanceof TooManyAtOnce) return { mistake: BUSY_WORDS };
  throw error;
}
