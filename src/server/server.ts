import { Elysia } from "elysia";
import type { Site } from "../../views/site.ts";
import { Access } from "../account/access.ts";
import type { Config } from "../config/config.ts";
import { OpenAlerts } from "../alerts/open-alerts.ts";
import { htmlOf } from "../http/page.ts";
import { failureOf } from "../log/failure.ts";
import type { Log } from "../log/log.ts";
import { RequestCounts } from "../ops/request-counts.ts";
import { CallbackCounts } from "../receiver/callback-counts.ts";
import { createUnknownAddress } from "../receiver/unknown-address.ts";
import { RefusalLog } from "../refusals/refusal-log.ts";
import { sendAnswer } from "../routes/problem.tsx";
import { createUrls } from "../site/urls.ts";
import { maskedStore } from "../store/masked.ts";
import { StoreUnavailable } from "../store/store.ts";
import type { Stores } from "../store/stores.ts";
import { createFailures } from "./failures.ts";
import { gatedRoutes } from "./gated-routes.ts";
import { createGate } from "./gate.ts";
import { createHandlers } from "./handlers.ts";
import { instanceId } from "./instance.ts";
import { routeTable } from "./route-table.ts";
import { webhookRoutes } from "./webhook-routes.ts";

export type Deps = {
  readonly store: Stores;
  readonly config: Config;
  readonly log: Log;
  readonly version: string;
  readonly now: () => number;
  /** Aborted when the server is about to stop; streams that would never end end then. */
  readonly stopping: AbortSignal;
};

/** Makes the server. `routes` are those of the table that exist with these settings. */
export function createServer(deps: Deps) {
  const { config, log } = deps;
  const { accounts } = deps.store;
  const refusals = new RefusalLog(deps);
  const callbacks = new CallbackCounts();
  const requests = new RequestCounts();
  const access = new Access({ ...deps, accounts });
  const instance = instanceId(config);
  const shown = config.masksNumbers ? maskedStore(deps.store) : deps.store;
  const openAlerts = new OpenAlerts(shown, (error) => {
    if (!(error instanceof StoreUnavailable))
      log.error(failureOf(error), "can't read open alerts");
  });
  const site = siteOf(deps, refusals, openAlerts);

  const handlers = createHandlers({
    ...deps,
    access,
    callbacks,
    openAlerts,
    instance,
    refusals,
    requests,
  });
  const routes = routeTable(handlers, config.signIn);
  const gate = createGate({ access, accounts, config, site });
  const answerStray = createUnknownAddress({
    log,
    refusals,
    counts: callbacks,
  });
  const answerTo = createFailures(log);

  // A Host may be as short as "app".
  const app = new Elysia({ handler: { standardHostname: false } })
    .onError(async ({ request, error, set }) =>
      sendAnswer(site, answerTo(error, request), {
        request,
        set,
        html: htmlOf,
      }),
    )
    // First and separate, so that none of the other routes' hooks runs for them.
    .use(webhookRoutes(routes, site.urls.base))
    .use(
      gatedRoutes(routes, { site, openAlerts, requests, gate, answerStray }),
    );
  return { app, routes };
}

function siteOf(
  { config, version }: Deps,
  refusals: RefusalLog,
  openAlerts: OpenAlerts,
): Site {
  return {
    urls: createUrls(config.publicUrl),
    version,
    canVerify: config.authTokens.length + config.sharedKeys.length > 0,
    masksNumbers: config.masksNumbers,
    fixableRefusals: () => refusals.fixableLately(),
    openAlerts: () => openAlerts.latest,
    signIn: config.signIn,
  };
}
