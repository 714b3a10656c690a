import type { AccountDeps } from "./account-deps.ts";
import { Elysia } from "elysia";
import type { Site } from "../../views/site.ts";
import type { AnswerProblem } from "./problem.tsx";
import { auditRoutes } from "./audit.tsx";
import { loginRoutes } from "./login.tsx";
import { ownRoutes } from "./own-account.tsx";
import { setupRoutes } from "./setup.tsx";
import { userRoutes } from "./users.tsx";

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
