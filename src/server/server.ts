import { randomUUID } from "node:crypto";
import { Elysia } from "elysia";
import { Access } from "../account/access.ts";
import { apiTokenRoutes } from "../routes/api-tokens.tsx";
import { readForm } from "../http/form-body.ts";
import { createGate } from "./gate.ts";
import { OpenStreams } from "../account/open-streams.ts";
import { PasswordHashing } from "../account/password-hashing.ts";
import { accountRoutes } from "../routes/account.ts";
import { Api } from "../routes/api/api.ts";
import { apiRoutes } from "../routes/api/routes.ts";
import { createUrls } from "../site/urls.ts";
import type { Site } from "../../views/site.ts";
import { assetRoutes } from "../http/assets.ts";
import type { Config } from "../config/config.ts";
import { errorRoutes } from "../routes/errors.tsx";
import { Downloads } from "../routes/downloads.ts";
import { LiveHub } from "../live/hub.ts";
import { liveRoutes } from "../routes/live.ts";
import { failureOf } from "../log/failure.ts";
import { jsonResponse } from "../http/responses.ts";
import type { Log } from "../log/log.ts";
import { messageRoutes } from "../routes/messages.tsx";
import { numberRoutes } from "../routes/numbers.tsx";
import { CallbackCounts } from "../receiver/callback-counts.ts";
import { Operations, type OperationsDeps } from "../ops/operations.ts";
import { countedRequests, RequestCounts } from "../ops/request-counts.ts";
import { opsRoutes, type OpsDeps } from "../routes/operations.ts";
import { eraseRoutes } from "../routes/erase.tsx";
import { Erasures } from "../upkeep/erasures.ts";
import { generalSettingsRoutes } from "../routes/general-settings.tsx";
import { overviewRoutes } from "../routes/overview.tsx";
import {
  FAILED,
  LEDGER_RESTORED,
  methodNotAllowed,
  NOT_FOUND,
  pathBelow,
  problemAnswers,
  unavailableProblem,
  type AnswerProblem,
} from "../routes/problem.tsx";
import { RefusalLog } from "../refusals/refusal-log.ts";
import { refusalRoutes } from "../routes/refusals.tsx";
import { FeedPositionGone } from "../store/feed-position.ts";
import { RepeatedLines } from "../log/repeated-lines.ts";
import { maskedStore } from "../store/masked.ts";
import { StoreUnavailable } from "../store/store.ts";
import type { Stores } from "../store/stores.ts";
import { webhookRoutes } from "../receiver/receiver.ts";
import { createUnknownAddress } from "../receiver/unknown-address.ts";

export type Deps = {
  readonly store: Stores;
  readonly config: Config;
  readonly log: Log;
  readonly version: string;
  readonly now: () => number;
  /** Aborted when the server is about to stop: streams that never end by themselves end then. */
  readonly stopping: AbortSignal;
};

/**
 * Every route. The webhook's come first and by themselves: none of the hooks that the
 * other routes need runs for them. What else is answered to whom the gate decides.
 */
export function createServer(deps: Deps) {
  const { config, log } = deps;
  const refusalLog = new RefusalLog(deps);
  const site: Site = {
    urls: createUrls(config.publicUrl),
    version: deps.version,
    canVerify: config.authTokens.length + config.sharedKeys.length > 0,
    masksNumbers: config.masksNumbers,
    mendableRefusals: () => refusalLog.mendableLately(),
    signIn: config.signIn,
  };
  const problem = problemAnswers(site);
  const lines = new RepeatedLines(log);
  // Recording needs numbers whole; what pages and exports read is masked once, here.
  const shown = config.masksNumbers ? maskedStore(deps.store) : deps.store;
  const counts = new CallbackCounts();
  const instance = randomUUID();
  // A Host may be as short as "app".
  return new Elysia({ handler: { standardHostname: false } })
    .onError(async ({ request, error }) =>
      onFailure(error, request, problem, { log, lines }),
    )
    .use(webhookRoutes({ ...deps, counts, instance, refusals: refusalLog }))
    .use(
      privateRoutes(
        {
          ...deps,
          store: shown,
          callbacks: counts,
          instance,
          refusalLog,
          api: new Api(deps),
        },
        site,
        problem,
      ),
    );
}

/** Every route but the webhook's, behind the gate. */
function privateRoutes(
  deps: Deps &
    Pick<OperationsDeps, "callbacks"> &
    Pick<OpsDeps, "instance"> & {
      readonly api: Api;
      readonly refusalLog: RefusalLog;
    },
  site: Site,
  problem: AnswerProblem,
) {
  const { urls } = site;
  const requests = new RequestCounts();
  const counted = countedRequests(requests, urls.base);
  const { accounts } = deps.store;
  const access = new Access({ ...deps, accounts });
  const hashing = new PasswordHashing();
  const streams = new OpenStreams({ ...deps, accounts });
  const answerStray = createUnknownAddress({
    ...deps,
    counts: deps.callbacks,
    refusals: deps.refusalLog,
  });
  const declared = new Set<string>();
  /** By route, what `Allow` says of it. */
  const allowed = new Map<string, string>();
  const isDeclared = (method: string, route: string): boolean =>
    declared.has(`${method} ${route}`);
  const app = new Elysia()
    .use(counted)
    .onParse(({ request }) =>
      // What was meant for the webhook is read as that reads it.
      request.headers.has("x-twilio-signature") ? {} : readForm(request),
    )
    .onBeforeHandle(({ request, route, server }) =>
      answerStray({
        request,
        peer: () => server?.requestIP(request)?.address,
        path: pathBelow(urls.base, request.url),
        allow: route.endsWith("/*") ? undefined : allowed.get(route),
      }),
    )
    .onBeforeHandle(
      createGate({ ...deps, access, accounts, site, problem, isDeclared }),
    );
  const hub = new LiveHub(deps);
  const { audit } = deps.store;
  const downloads = new Downloads({ ...deps, audit, streams, problem });
  const operations = new Operations({
    ...deps,
    requests,
    listeners: () => hub.listeners,
    exports: () => downloads.running,
  });
  const erasures = new Erasures(deps);
  // A proxy may pass on the base path or take it off; both find the routes.
  for (const prefix of new Set([urls.base, ""])) {
    app.use(
      new Elysia({ prefix })
        .use(overviewRoutes(deps, site))
        .use(messageRoutes({ ...deps, downloads }, site, problem))
        .use(errorRoutes(deps, site))
        .use(numberRoutes({ ...deps, downloads }, site, problem))
        .use(refusalRoutes(deps, site, problem))
        .use(liveRoutes(hub, streams))
        .use(accountRoutes({ ...deps, access, hashing }, site, problem))
        .use(apiTokenRoutes(deps, site, problem))
        .use(apiRoutes(deps.api, deps.config.publicUrl))
        .use(opsRoutes({ ...deps, operations }, problem))
        .use(generalSettingsRoutes({ ...deps, operations }, site))
        .use(eraseRoutes(erasures, site))
        .use(assetRoutes((request) => problem(request, NOT_FOUND))),
    );
  }
  const methodsOf = Map.groupBy([...app.routes], ({ path }) => path);
  for (const [path, routes] of methodsOf) {
    const methods = routes.map(({ method }) => method);
    for (const method of methods) declared.add(`${method} ${path}`);
    const refusal = methodNotAllowed(methods);
    allowed.set(path, refusal.headers.allow);
    app.all(path, ({ request }) => problem(request, refusal), {
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
  { log, lines }: { readonly log: Log; readonly lines: RepeatedLines },
): Promise<Response> | Response {
  if (request.signal.aborted && isAbort(error)) {
    log.debug("a client disconnected before its request was complete");
    return jsonResponse(null, { status: 400 });
  }
  if (error instanceof StoreUnavailable)
    return problem(request, unavailableProblem(error.message));
  if (error instanceof FeedPositionGone)
    return problem(request, LEDGER_RESTORED);
  lines.error(failureOf(error), "a request failed");
  return problem(request, FAILED);
}

/** Whether a body could not be read to its end; Elysia wraps that in an error of its own. */
function isAbort(error: unknown): boolean {
  return (
    error instanceof Error &&
    (error.name === "AbortError" || isAbort(error.cause))
  );
}
