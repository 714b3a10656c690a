import type { Server } from "bun";
import type { Site } from "../../views/site.ts";
import type { Access, Unknown } from "../account/access.ts";
import { isSameText } from "../account/secret-keys.ts";
import {
  rememberAddress,
  rememberViewer,
  type Viewer,
} from "../account/viewer.ts";
import type { Config } from "../config/config.ts";
import { fieldOf } from "../http/form-body.ts";
import {
  closesConnection,
  CLOSES_CONNECTION,
  FROM_SERVICE,
  refusalOfOutsider,
} from "../http/loopback-guard.ts";
import { arrivedOf, isFromOwnPage } from "../http/origin.ts";
import { createServiceCheck } from "../http/peer-user.ts";
import { clientAddress } from "../http/peer.ts";
import { Problem } from "../http/problem.ts";
import { redirectTo } from "../http/responses.ts";
import { withBase } from "../site/base-path.ts";
import { nextPath } from "../site/next-path.ts";
import type { AccountStore } from "../store/accounts.ts";
import type { GatedRoute } from "./route-kinds.ts";

export type GateDeps = {
  readonly access: Access;
  readonly accounts: Pick<AccountStore, "hasPasswords">;
  readonly config: Config;
  readonly site: Site;
};

/** What the gate decides by: a route, or an address that has none. */
export type Rule = Pick<
  GatedRoute,
  "audience" | "isBeforePassword" | "isForServices"
> & {
  /** Whether the route changes something, so that only our own pages may send it. */
  readonly isChange: boolean;
};

/** A request before its handler. */
type Arriving = {
  readonly request: Request;
  readonly body: unknown;
  readonly server: Pick<Server<unknown>, "requestIP" | "port"> | null;
};

/**
 * Creates the hook that runs before every handler except the webhook's. It answers
 * requests that may not pass; `undefined` lets a request through.
 */
export function createGate(deps: GateDeps) {
  const { access, config } = deps;
  const isFromService = createServiceCheck();
  /** Why a local request is refused with SIGN_IN=none; undefined if it isn't. */
  const serviceRefusal = async (
    request: Request,
    server: Arriving["server"],
  ): Promise<string | undefined> => {
    if (closesConnection(request.headers)) return CLOSES_CONNECTION;
    const peerPort = server?.requestIP(request)?.port;
    const ownPort = server?.port;
    if (peerPort === undefined || ownPort === undefined) return undefined;
    return (await isFromService({ peerPort, ownPort }))
      ? FROM_SERVICE
      : undefined;
  };

  return (rule: Rule) =>
    async ({
      request,
      body,
      server,
    }: Arriving): Promise<Problem | Response | undefined> => {
      const arrived = arrivedOf({ request, server });
      const address = clientAddress(config, arrived.headers, arrived.peer);
      if (address !== null) rememberAddress(request, address);

      const isForeign =
        rule.isChange && !isFromOwnPage(config, arrived.headers);
      if (config.signIn === "none") {
        const refusal =
          refusalOfOutsider(arrived.headers) ??
          (rule.isForServices
            ? undefined
            : await serviceRefusal(request, server));
        if (refusal !== undefined) return forThisMachine(refusal);
        return isForeign ? FOREIGN_FORM : undefined;
      }
      if (rule.audience === "open" || rule.audience === "token")
        return isForeign ? FOREIGN_FORM : undefined;
      const viewer = await access.viewer(arrived);
      if (typeof viewer === "string") return refuse(deps, request, viewer);
      rememberViewer(request, viewer);
      if (isForeign || (rule.isChange && !hasFormToken(viewer, body)))
        return FOREIGN_FORM;
      if (rule.audience === "admin" && viewer.role !== "admin")
        return NOT_ADMIN;
      if (viewer.isPasswordTemporary && !rule.isBeforePassword)
        return leadTo(request, deps.site.urls.account);
      return undefined;
    };
}

function hasFormToken({ formToken }: Viewer, body: unknown): boolean {
  return isSameText(fieldOf(body, "form"), formToken);
}

/** A change that wasn't sent from a page of ours, or was sent by another session. */
const FOREIGN_FORM = new Problem({
  status: 403,
  title: "Nothing was changed",
  detail:
    "The form is from before you signed in, or wasn’t sent from a page of smsledger. " +
    "Go back, reload the page, and repeat the change.",
});

const NOT_ADMIN = new Problem({
  status: 403,
  title: "Only admins can do this",
  detail: "Ask an admin to do it, or to make you an admin.",
});

const NOT_SIGNED_IN = new Problem({
  status: 401,
  title: "Sign in first",
  detail: "Open smsledger in a browser and sign in.",
});

/** The same for a request that would have changed something. */
const SESSION_ENDED = new Problem({
  status: 401,
  title: "Your session has ended",
  detail: "Nothing changed. Sign in, then repeat what you did.",
});

/** A request that may not come from a user on this machine; `detail` says why. */
function forThisMachine(detail: string): Problem {
  return new Problem({
    status: 403,
    title: "Only available on this machine",
    detail,
  });
}

const PROXY_PROBLEMS: Partial<Record<Unknown, Problem>> = {
  "not through the proxy": new Problem({
    status: 403,
    title: "Open smsledger through its sign-in proxy",
    detail:
      "A proxy signs users in, and this request didn’t come from one in TRUSTED_PROXIES, " +
      "or didn’t have the configured SIGN_IN_SECRET.",
  }),
  "not named by the proxy": new Problem({
    status: 401,
    title: "The proxy didn’t name a user",
    detail:
      "The header that SIGN_IN_HEADER names is missing, was sent twice, or doesn’t contain a valid user name. " +
      "Check the proxy’s settings.",
  }),
  "looks like another user": new Problem({
    status: 403,
    title: "Your name looks like another user’s",
    detail:
      "It differs from another user’s name only in case or look-alike letters. Ask an admin to remove that user, " +
      "or change your name where you sign in.",
  }),
  "too many users": new Problem({
    status: 403,
    title: "There are too many users",
    detail: "An admin can remove some under Settings, Users.",
  }),
};

async function refuse(
  { accounts, site: { urls } }: GateDeps,
  request: Request,
  why: Unknown,
): Promise<Problem | Response> {
  const proxyProblem = PROXY_PROBLEMS[why];
  if (proxyProblem !== undefined) return proxyProblem;
  if (!(await accounts.hasPasswords())) return leadTo(request, urls.setup());
  return leadTo(request, urls.login(wayBack(request, urls.base)));
}

/** Redirects browsers and htmx requests; refuses everything else. */
function leadTo(request: Request, path: string): Problem | Response {
  const { method, headers } = request;
  if (headers.get("hx-request") === "true" && !wantsEvents(headers))
    return NOT_SIGNED_IN.with({ headers: { "hx-redirect": path } });
  const isRead = ["GET", "HEAD"].includes(method);
  const isPage =
    isRead &&
    !wantsEvents(headers) &&
    (headers.get("accept") ?? "").includes("text/html");
  if (isPage) return redirectTo(path);
  return (isRead ? NOT_SIGNED_IN : SESSION_ENDED).with({
    way: { href: path, words: "Sign in" },
  });
}

function wantsEvents(headers: Headers): boolean {
  return (headers.get("accept") ?? "").includes("text/event-stream");
}

/**
 * The page to return to after signing in: the one requested, the one that htmx requested a
 * part of, or the one a form was on. Undefined for the overview.
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
  const path = withBase(base, address.pathname + address.search);
  const next = nextPath(path, base);
  return next === base || next === `${base}/` ? undefined : next;
}
