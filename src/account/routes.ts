import { Elysia } from "elysia";
import type { Site } from "../../views/site.ts";
import type { Config } from "../config.ts";
import type { Log } from "../log.ts";
import type { AnswerProblem } from "../problem.tsx";
import type { Stores } from "../store/stores.ts";
import type { Access } from "./access.ts";
import { auditRoutes } from "./audit-routes.tsx";
import { loginRoutes } from "./login-routes.tsx";
import { ownRoutes } from "./own-routes.tsx";
import { PasswordHashing } from "./password-hashing.ts";
import { setupRoutes } from "./setup-routes.tsx";
import { userRoutes } from "./user-routes.tsx";

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
