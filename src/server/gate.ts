import type { Server } from "bun";
import type { Site } from "../../views/site.ts";
import type { Config } from "../config/config.ts";
import { redirectTo } from "../http/responses.ts";
import {
  closesConnection,
  CLOSES_CONNECTION,
  FROM_SERVICE,
  refusalOfOutsider,
} from "../http/loopback-guard.ts";
import { isFromService } from "../http/peer-user.ts";
import {
  FOREIGN_FORM,
  NOT_ADMIN,
  NOT_SIGNED_IN,
  outsiderProblem,
  SESSION_ENDED,
  type AnswerProblem,
  type Problem,
} from "../routes/problem.tsx";
import type { AccountStore } from "../store/accounts.ts";
import type { Access, Unknown } from "../account/access.ts";
import { fieldOf } from "../http/form-body.ts";
import { audienceOf, isBeforePassword } from "./guard.ts";
import { nextPath } from "../site/next-path.ts";
import { arrivedOf, isFromOwnPage } from "../http/origin.ts";
import { clientAddress } from "../http/peer.ts";
import { isSameText } from "../account/secret-keys.ts";
import {
  rememberAddress,
  rememberViewer,
  type Viewer,
} from "../account/viewer.ts";

export type GateDeps = {
  readonly access: Access;
  readonly accounts: Pick<AccountStore, "hasPasswords">;
  readonly config: Config;
  readonly site: Site;
  readonly problem: AnswerProblem;
  /** Whether a route, as it is declared, has something to do for a method. */
  readonly isDeclared: (method: string, route: string) => boolean;
};

/** A request as a hook of Elysia's has it. */
type Asked = {
  readonly request: Request;
  /** As it is declared, with the base path where it has one. */
  readonly route: string;
  readonly body: unknown;
  readonly server: Pick<Server<unknown>, "requestIP" | "port"> | null;
};

/**
 * Stands before every route but the webhook's: answers what may not go through, and
 * otherwise nothing, so that the route does.
 */
export function createGate(deps: GateDeps) {
  const { access, config, site, problem } = deps;
  return async (asked: Asked): Promise<Response | undefined> => {
    const { request, body } = asked;
    const arrived = arrivedOf(asked);
    const address = clientAddress(config, arrived.headers, arrived.peer);
    if (address !== null) rememberAddress(request, address);

    const isChange =
      !["GET", "HEAD"].includes(request.method) &&
      deps.isDeclared(request.method, asked.route);
    const isForeign = isChange && !isFromOwnPage(config, request.headers);
    if (config.signIn === "none") {
      const refusal =
        refusalOfOutsider(request.headers) ?? serviceRefusal(asked);
      if (refusal !== undefined)
        return problem(request, outsiderProblem(refusal));
      return isForeign ? problem(request, FOREIGN_FORM) : undefined;
    }

    const route = routeBelow(site.urls.base, asked.route);
    const audience = audienceOf(route, request.method);
    if (audience === "anyone")
      return isForeign ? problem(request, FOREIGN_FORM) : undefined;
    const viewer = await access.viewer(arrived);
    if (typeof viewer === "string") return refuse(deps, request, viewer);
    rememberViewer(request, viewer);
    if (isForeign || (isChange && !hasFormToken(viewer, body)))
      return problem(request, FOREIGN_FORM);
    if (audience === "admin" && viewer.role !== "admin")
      return problem(request, NOT_ADMIN);
    if (viewer.isPasswordTemporary && !isBeforePassword(route))
      return leadTo(request, site.urls.account, problem);
    return undefined;
  };
}

/** Health checks and metrics are what services ask for. */
const FOR_SERVICES: ReadonlySet<string> = new Set([
  "/livez",
  "/readyz",
  "/metrics",
]);

function serviceRefusal({ request, server }: Asked): string | undefined {
  if (FOR_SERVICES.has(new URL(request.url).pathname)) return undefined;
  if (closesConnection(request.headers)) return CLOSES_CONNECTION;
  const peerPort = server?.requestIP(request)?.port;
  const ownPort = server?.port;
  if (peerPort === undefined || ownPort === undefined) return undefined;
  return isFromService({ peerPort, ownPort }) ? FROM_SERVICE : undefined;
}

function hasFormToken({ formToken }: Viewer, body: unknown): boolean {
  return isSameText(fieldOf(body, "form"), formToken);
}

function routeBelow(base: string, route: string): string {
  const isBelow = base !== "" && `${route}/`.startsWith(`${base}/`);
  return isBelow ? route.slice(base.length) || "/" : route;
}

const PROXY_PROBLEMS: Partial<Record<Unknown, Problem>> = {
  "not through the proxy": {
    status: 403,
    title: "Open smsledger through its sign-in proxy",
    detail:
      "Users are signed in by a proxy, and this request did not come from one that TRUSTED_PROXIES names, " +
      "or not with the SIGN_IN_SECRET that is set.",
  },
  "not named by the proxy": {
    status: 401,
    title: "The proxy did not say who you are",
    detail:
      "The header that SIGN_IN_HEADER names is missing, came twice, or holds no name that can be a user’s. " +
      "Check the proxy’s settings.",
  },
  "looks like another user": {
    status: 403,
    title: "Your name looks like another user’s",
    detail:
      "It differs from that user’s name only in case or in the form of its letters. Ask an admin to remove that user, " +
      "or change your name where you sign in.",
  },
  "too many users": {
    status: 403,
    title: "There are too many users",
    detail: "An admin can remove some under Settings, Users.",
  },
};

async function refuse(
  { accounts, site: { urls }, problem }: GateDeps,
  request: Request,
  why: Unknown,
): Promise<Response> {
  const proxyProblem = PROXY_PROBLEMS[why];
  if (proxyProblem !== undefined) return problem(request, proxyProblem);
  if (!(await accounts.hasPasswords()))
    return leadTo(request, urls.setup(), problem);
  return leadTo(request, urls.login(wayBack(request, urls.base)), problem);
}

/** Leads a browser to another page of ours, also where htmx asks for a part of one; tells others that they may not. */
function leadTo(
  request: Request,
  path: string,
  problem: AnswerProblem,
): Response | Promise<Response> {
  const { method, headers } = request;
  if (headers.get("hx-request") === "true" && !wantsEvents(headers))
    return problem(request, {
      ...NOT_SIGNED_IN,
      headers: { "hx-redirect": path },
    });
  const isPage =
    ["GET", "HEAD"].includes(method) &&
    !wantsEvents(headers) &&
    (headers.get("accept") ?? "").includes("text/html");
  if (isPage) return redirectTo(path);
  const isChange = !["GET", "HEAD"].includes(method);
  return problem(request, {
    ...(isChange ? SESSION_ENDED : NOT_SIGNED_IN),
    way: { href: path, words: "Sign in" },
  });
}

function wantsEvents(headers: Headers): boolean {
  return (headers.get("accept") ?? "").includes("text/event-stream");
}

/**
 * The page that was asked for, that htmx asked for a part of, or that a form was on; the
 * overview needs no mention.
 */
function wayBack(
  { method, headers, url }: Request,
  base: string,
): string | undefined {
  const isPart = headers.get("hx-request") === "true";
  const isForm = !isPart && !["GET", "HEAD"].includes(method);
  const address = URL.parse(
    isPart
      ? (headers.get("hx-current-url") ?? url)
      : isForm
        ? (headers.get("referer") ?? "")
        : url,
  );
  if (address === null) return undefined;
  const path = address.pathname + address.search;
  // A proxy may have taken the base path off.
  const whole = `${path}/`.startsWith(`${base}/`) ? path : base + path;
  const next = nextPath(whole, base);
  return next === base || next === `${base}/` ? undefined : next;
}
