import { Elysia } from "elysia";
import type { Site } from "../site/urls.ts";
import type { Config } from "../config/config.ts";
import type { Log } from "../log/log.ts";
import type { AnswerProblem } from "./problem.tsx";
import type { Stores } from "../store/stores.ts";
import type { Access } from "../account/access.ts";
import { auditRoutes } from "./audit.tsx";
import { loginRoutes } from "./login.tsx";
import { ownRoutes } from "./own-account.tsx";
import { PasswordHashing } from "../account/password-hashing.ts";
import { setupRoutes } from "./setup.tsx";
import { userRoutes } from "./users.tsx";

export type AccountDeps = {
  readonly store: Pick<Stores, "accounts" | "audit">;
  readonly access: Access;
  readonly config: Config;
  readonly now: () => number;
  readonly hashing: PasswordHashing;
  readonly log: Log;
};

/** Sign-in, users, sessions and the audit list: those of them that go with how users sign in. */
export const accountRoutes = (
  deps: AccountDeps,
  site: Site,
  problem: AnswerProblem,
) => {
  const { signIn } = deps.config;
  const routes = new Elysia().use(auditRoutes(deps, site, problem));
  if (signIn === "none") return routes;
  routes
    .use(userRoutes(deps, site, problem))
    .use(ownRoutes(deps, site, problem));
  return signIn === "proxy"
    ? routes
    : routes.use(loginRoutes(deps, site)).use(setupRoutes(deps, site));
};
