import { Elysia } from "elysia";
import { siteFor, type Site } from "../../views/site.ts";
import type { OpenAlerts } from "../alerts/open-alerts.ts";
import { readForm } from "../http/form-body.ts";
import { htmlPlugin, Page } from "../http/page.ts";
import { methodNotAllowed, NOT_FOUND, Problem } from "../http/problem.ts";
import type { RequestCounts } from "../ops/request-counts.ts";
import type { createUnknownAddress } from "../receiver/unknown-address.ts";
import type { Asked } from "../routes/asked.ts";
import { sendAnswer } from "../routes/problem.tsx";
import { pathBelow, prefixesOf } from "../site/base-path.ts";
import { counted } from "./counted.ts";
import type { createGate, Rule } from "./gate.ts";
import type { GatedRoute, Route } from "./route-kinds.ts";

export type GatedDeps = {
  readonly site: Site;
  readonly openAlerts: OpenAlerts;
  readonly requests: RequestCounts;
  readonly gate: ReturnType<typeof createGate>;
  readonly answerStray: ReturnType<typeof createUnknownAddress>;
};

/** Every route except the webhook's, and 405 and 404 for everything else, behind the gate. */
export function gatedRoutes(routes: readonly Route[], deps: GatedDeps) {
  const { site, requests } = deps;
  return new Elysia()
    .use(counted(requests, site.urls.base))
    .use(htmlPlugin)
    .onParse(({ request }) =>
      // Requests meant for the webhook are read like the webhook reads them.
      request.headers.has("x-twilio-signature") ? {} : readForm(request),
    )
    .mapResponse(async ({ responseValue, request, set, html }) =>
      responseValue instanceof Page || responseValue instanceof Problem
        ? sendAnswer(site, responseValue, { request, set, html })
        : undefined,
    )
    .use(everyAddress(routes, deps));
}

function everyAddress(routes: readonly Route[], deps: GatedDeps): Elysia {
  const app = new Elysia();
  const gated = routes.filter((route) => route.audience !== "twilio");
  for (const prefix of prefixesOf(deps.site.urls.base))
    for (const [path, ofPath] of Map.groupBy(gated, (route) => route.path))
      addAddress(app, prefix, path, ofPath, deps);
  app.all("/*", () => NOT_FOUND, {
    parse: "none",
    beforeHandle: [strayHook(deps, undefined), deps.gate(NOWHERE)],
  });
  return app;
}

/** An address without a route is only answered to users, like most routes. */
const NOWHERE: Rule = { audience: "member", isChange: false };

/** Adds the routes of one address, and 405 for its other methods. */
function addAddress(
  app: Elysia,
  prefix: string,
  path: string,
  [first, ...others]: readonly GatedRoute[],
  deps: GatedDeps,
): void {
  if (first === undefined) return;
  const address = prefix + path;
  // Services on this machine ask without the base path; with it, a proxy might.
  const isForServices = first.isForServices === true && prefix === "";
  const methods = [first, ...others].map(({ method }) => method);
  const refusal = methodNotAllowed(methods);
  // Below a wildcard there is no address to name.
  const isAddress = !path.endsWith("*");
  const stray = strayHook(
    deps,
    isAddress ? refusal.headers["allow"] : undefined,
  );
  for (const route of [first, ...others]) {
    // No other site's page can send a program's token, so the API needs no form token.
    const isChange =
      route.method !== "GET" &&
      route.audience !== "token" &&
      route.isFromAnywhere !== true;
    app.route(route.method, address, handlerOf(route, deps), {
      beforeHandle: [stray, deps.gate({ ...route, isForServices, isChange })],
    });
  }
  const rule = { ...first, isForServices, isChange: false };
  const beforeHandle = [stray, deps.gate(rule)];
  // By name too: the router would take `GET /refusals/seen` for `/refusals/:id`.
  for (const method of ["GET", "POST"] as const)
    if (!methods.includes(method))
      app.route(method, address, () => refusal, {
        parse: "none",
        beforeHandle,
      });
  app.all(address, () => refusal, { parse: "none", beforeHandle });
}

/** What handlers and hooks get. */
type Context = Omit<Asked<string>, "site">;

/** Named one by one, as Elysia parses only what a handler takes from the context. */
function handlerOf(
  route: GatedRoute,
  { site, openAlerts }: Pick<GatedDeps, "site" | "openAlerts">,
) {
  // Whoever sees a whole page sees open alerts on it.
  const isForTeam = route.audience === "member" || route.audience === "admin";
  return async ({ request, params, body, server }: Context) => {
    if (isForTeam) await openAlerts.refresh();
    return route.handle({
      request,
      params,
      body,
      server,
      site: siteFor(site, request),
    });
  };
}

/** Handles requests meant for the webhook; `allow` are the methods of the address, if it has a route. */
function strayHook(
  { site, answerStray }: GatedDeps,
  allow: string | undefined,
) {
  return async ({ request, server }: Context) =>
    answerStray({
      request,
      peer: () => server?.requestIP(request)?.address,
      path: pathBelow(site.urls.base, request.url),
      allow,
    });
}
