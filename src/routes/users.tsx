import { Elysia } from "elysia";
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
import { pages } from "./pages.ts";
import type { AnswerProblem, Problem } from "./problem.tsx";
import type { By, UserRefusal, UserRow } from "../store/accounts.ts";
import { fieldOf } from "../http/form-body.ts";
import { TooManyAtOnce } from "../account/password-hashing.ts";
import { generatedPassword, passwordMistake } from "../account/passwords.ts";
import type { AccountDeps } from "./account-deps.ts";
import { addUserWithPassword, setUserPassword } from "../account/users.ts";
import { requesterOf } from "../account/viewer.ts";
import type { Role } from "../store/accounts.ts";

const NO_SUCH_USER: Problem = {
  status: 404,
  title: "There is no such user",
  detail:
    "They may have been removed. Settings, Users lists those that there are.",
};

const REFUSALS: Record<UserRefusal, string> = {
  "no such user": "This user was removed meanwhile.",
  "last admin":
    "This is the only admin. Make another user an admin first, so that somebody can manage users.",
};

const EMPTY_FORM = { name: "", role: "member" } as const;

/** `/settings/users`: adds, changes and removes users. */
export const userRoutes = (
  deps: AccountDeps,
  site: Site,
  problem: AnswerProblem,
) => {
  const { store, config, now } = deps;
  const { accounts } = store;
  const { urls } = site;
  const byOf = (request: Request): By => ({
    ...requesterOf(request),
    at: now(),
  });
  const userOf = async (id: string): Promise<UserRow | undefined> =>
    /^\d{1,15}$/.test(id) ? accounts.userById(Number(id)) : undefined;
  const usersPage = async (
    site: Site,
    form: Omit<UserForm, "password"> & Partial<Pick<UserForm, "password">>,
    handedOver?: UsersPageProps["handedOver"],
  ) => {
    const users = await accounts.users();
    const whole = { password: generatedPassword(), ...form };
    return (
      <UsersPage {...{ site, users, form: whole, handedOver, now: now() }} />
    );
  };
  const userPage = (
    site: Site,
    user: UserRow,
    more: Pick<UserPageProps, "handedOver" | "mistake">,
  ) => (
    <UserPage
      {...{ site, user, ...more, password: generatedPassword(), now: now() }}
    />
  );
  const routes = new Elysia()
    .use(pages(site))
    .get("/settings/users", async ({ page, site }) =>
      page(await usersPage(site, EMPTY_FORM)),
    )
    .get("/settings/users/:id", async ({ page, params, request, site }) => {
      const user = await userOf(params.id);
      if (user === undefined) return problem(request, NO_SUCH_USER);
      return page(userPage(site, user, {}));
    })
    .get(
      "/settings/users/:id/remove",
      async ({ page, params, request, site }) => {
        const user = await userOf(params.id);
        if (user === undefined) return problem(request, NO_SUCH_USER);
        return page(<RemoveUserPage site={site} user={user} />);
      },
    )
    .post(
      "/settings/users/:id/role",
      async ({ page, params, request, site, body }) => {
        const user = await userOf(params.id);
        const role = roleOf(fieldOf(body, "role"));
        if (user === undefined || role === undefined)
          return problem(request, NO_SUCH_USER);
        const refusal = await accounts.setRole(user.id, role, byOf(request));
        if (refusal === undefined) return redirectTo(urls.users, 303);
        return page(userPage(site, user, { mistake: REFUSALS[refusal] }), {
          status: 409,
        });
      },
    )
    .post(
      "/settings/users/:id/remove",
      async ({ page, params, request, site }) => {
        const user = await userOf(params.id);
        // Who clicks twice has what they wanted.
        if (user === undefined) return redirectTo(urls.users, 303);
        const refusal = await accounts.removeUser(user.id, byOf(request));
        if (refusal !== "last admin") return redirectTo(urls.users, 303);
        return page(userPage(site, user, { mistake: REFUSALS[refusal] }), {
          status: 409,
        });
      },
    );
  if (config.signIn !== "password") return routes;
  return routes
    .post("/settings/users", async ({ page, request, site, body }) => {
      const form = {
        name: fieldOf(body, "name"),
        role: roleOf(fieldOf(body, "role")) ?? "member",
        password: fieldOf(body, "password"),
      };
      const added = await addUserWithPassword(deps, form, byOf(request)).catch(
        busy,
      );
      if ("mistake" in added)
        return page(await usersPage(site, { ...form, ...added }), {
          status: 400,
        });
      const { name } = added;
      return page(
        await usersPage(site, EMPTY_FORM, { name, password: form.password }),
      );
    })
    .post(
      "/settings/users/:id/password",
      async ({ page, params, request, site, body }) => {
        const user = await userOf(params.id);
        if (user === undefined) return problem(request, NO_SUCH_USER);
        const password = fieldOf(body, "password");
        const mistake = passwordMistake(password, user.name);
        if (mistake !== undefined)
          return page(userPage(site, user, { mistake }), { status: 400 });
        const keys = await deps.access.keys();
        const set = await setUserPassword(
          { ...deps, keys },
          user,
          password,
          byOf(request),
        ).catch(busy);
        if (set !== undefined)
          return page(userPage(site, user, set), { status: 409 });
        const { name } = user;
        return page(userPage(site, user, { handedOver: { name, password } }));
      },
    );
};

function roleOf(text: string): Role | undefined {
  return text === "admin" || text === "member" ? text : undefined;
}

function busy(error: unknown): { readonly mistake: string } {
  if (error instanceof TooManyAtOnce) return { mistake: BUSY_WORDS };
  throw error;
}
