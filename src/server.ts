import { Elysia } from "elysia";
import { createUrls, type Site } from "../views/site.ts";
import { assetRoutes } from "./assets.ts";
import type { Config } from "./config.ts";
import { errorRoutes } from "./errors/routes.tsx";
import { Downloads } from "./exports/downloads.ts";
import { LiveHub } from "./live/hub.ts";
import { liveRoutes } from "./live/routes.ts";
import { failureOf, type Log } from "./log.ts";
import { refusalOfOutsider } from "./loopback-guard.ts";
import { messageRoutes } from "./messages/routes.tsx";
import { numberRoutes } from "./numbers/routes.tsx";
import { opsRoutes } from "./ops/routes.ts";
import { overviewRoutes } from "./overview/routes.tsx";
import {
  FAILED,
  METHOD_NOT_ALLOWED,
  NOT_FOUND,
  outsiderProblem,
  problemAnswers,
  unavailableProblem,
  type AnswerProblem,
} from "./problem.tsx";
import { maskedStore } from "./store/masked.ts";
import { StoreUnavailable, type Store } from "./store/store.ts";
import { webhookRoutes } from "./webhook/routes.ts";

export type Deps = {
  readonly store: Store;
  readonly config: Config;
  readonly log: Log;
  readonly version: string;
  readonly now: () => number;
  /** Aborted when the server is about to stop: streams that never end by themselves end then. */
  readonly stopping: AbortSignal;
};

/**
 * Every route. The webhook's come first and by themselves: none of the hooks that the
 * other routes need runs for them. Everything else is answered to this machine only.
 */
export function createServer(deps: Deps) {
  const { config, log } = deps;
  const site: Site = {
    urls: createUrls(config.publicUrl),
    version: deps.version,
    hasAuthToken: config.authTokens.length > 0,
    masksNumbers: config.masksNumbers,
  };
  const problem = problemAnswers(site);
  // Recording needs numbers whole; what pages and exports read is masked once, here.
  const shown = config.masksNumbers ? maskedStore(deps.store) : deps.store;
  // A Host may be as short as "app".
  return new Elysia({ handler: { standardHostname: false } })
    .onError(async ({ request, error }) =>
      onFailure(error, request, problem, log),
    )
    .use(webhookRoutes(deps))
    .use(privateRoutes({ ...deps, store: shown }, site, problem));
}

/** What only this machine may see while there is no sign-in. */
function privateRoutes(deps: Deps, site: Site, problem: AnswerProblem) {
  const { urls } = site;
  const app = new Elysia().onBeforeHandle(async ({ request }) => {
    const refusal = refusalOfOutsider(request.headers);
    return refusal === undefined
      ? undefined
      : problem(request, outsiderProblem(refusal));
  });
  const hub = new LiveHub(deps);
  const downloads = new Downloads(deps.log, problem);
  // A proxy may pass on the base path or take it off; both find the routes.
  for (const prefix of new Set([urls.base, ""])) {
    app.use(
      new Elysia({ prefix })
        .use(overviewRoutes(deps, site))
        .use(messageRoutes({ ...deps, downloads }, site, problem))
        .use(errorRoutes(deps, site))
        .use(numberRoutes({ ...deps, downloads }, site, problem))
        .use(liveRoutes(hub))
        .use(opsRoutes(deps))
        .use(assetRoutes((request) => problem(request, NOT_FOUND))),
    );
  }
  for (const { path } of app.routes.filter(({ method }) => method === "GET")) {
    app.all(path, ({ request }) => problem(request, METHOD_NOT_ALLOWED), {
      parse: "none",
    });
  }
  return app.all("/*", ({ request }) => problem(request, NOT_FOUND), {
    parse: "none",
  });
}

function onFailure(
  error: unknown,
  request: Request,
  problem: AnswerProblem,
  log: Log,
): Promise<Response> {
  if (error instanceof StoreUnavailable)
    return problem(request, unavailableProblem(error.message));
  log.error(failureOf(error), "a request failed");
  return problem(request, FAILED);
}
