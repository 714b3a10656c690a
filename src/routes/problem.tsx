import {
  OutsiderPage,
  ProblemPage,
  StrangerPage,
  type Way,
} from "../../views/parts/problem-page.tsx";
import { type Urls } from "../site/urls.ts";
import { siteFor, type Site } from "../../views/site.ts";
import { nextPath } from "../site/next-path.ts";
import { jsonResponse, pageResponse } from "../http/responses.ts";

/** What a request that fails is told: words of ours, no stack trace, nothing of what it sent. */
export type Problem = {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Where its page leads, when that is neither another try nor the overview. */
  readonly way?: Way;
};

export const NOT_FOUND: Problem = {
  status: 404,
  title: "Nothing is here",
  detail: "No page has this address. It may be mistyped, or the link is old.",
};

/** A method that is none of those that an address answers. */
export function methodNotAllowed(methods: readonly string[]) {
  return {
    status: 405,
    title: "This cannot be done here",
    detail: `This address only answers ${methods.join(" and ")} requests.`,
    headers: { allow: methods.join(", ").replace("GET", "GET, HEAD") },
  } satisfies Problem;
}

export const FAILED: Problem = {
  status: 500,
  title: "Something went wrong",
  detail:
    "This is a fault in smsledger; its log says more. Try again in a moment.",
};

/** What a request that changes something meets when it was not sent from a page of ours, or by another session. */
export const FOREIGN_FORM: Problem = {
  status: 403,
  title: "Nothing was changed",
  detail:
    "This form was made before you signed in, or was not sent from a page of smsledger. " +
    "Go back, load the page again, and repeat the change.",
};

export const NOT_ADMIN: Problem = {
  status: 403,
  title: "Only admins may do this",
  detail: "Ask an admin to do it, or to make you one.",
};

export const NOT_SIGNED_IN: Problem = {
  status: 401,
  title: "Sign in first",
  detail: "Open smsledger in a browser and sign in.",
};

/** The same for a request that would have changed something. */
export const SESSION_ENDED: Problem = {
  status: 401,
  title: "Your session has ended",
  detail: "Nothing was changed. Sign in, then repeat what you did.",
};

/** A request from outside this machine; `detail` says which rule it met. */
export function outsiderProblem(detail: string): Problem {
  return { status: 403, title: "Only this machine may open this", detail };
}

/** The store cannot answer now; `detail` is its own words. */
export function unavailableProblem(detail: string): Problem {
  return {
    status: 503,
    title: "The database does not answer right now",
    detail,
    headers: { "retry-after": "5" },
  };
}

/** The page that asked shows a ledger that a backup has replaced since. htmx loads it anew. */
export const LEDGER_RESTORED: Problem = {
  status: 410,
  title: "The ledger was restored",
  detail:
    "A backup was restored, or smsledger was upgraded, after this page was loaded. Load the page again to see the ledger as it is now.",
  headers: { "hx-refresh": "true" },
};

export type AnswerProblem = (
  request: Request,
  problem: Problem,
) => Promise<Response>;

/** Answers problems in the form that the address calls for: a page, or JSON for programs. */
export const problemAnswers =
  (site: Site): AnswerProblem =>
  async (request, problem) => {
    const { status, title, detail, headers = {} } = problem;
    const path = pathBelow(site.urls.base, request.url);
    if (path.startsWith("/api/rpc/"))
      return jsonResponse(
        { success: false, error: detail },
        { status, headers },
      );
    if (
      path.startsWith("/api/") ||
      /^\/(?:livez|readyz|metrics)\b/.test(path)
    ) {
      return jsonResponse(
        { type: "about:blank", title, status, detail },
        {
          status,
          headers: { ...headers, "content-type": "application/problem+json" },
        },
      );
    }
    const shown = siteFor(site, request);
    // With nobody signed in, only refusals are for outsiders where nobody has to be.
    const isInside =
      shown.viewer !== undefined || (site.signIn === "none" && status !== 403);
    const way = problem.way ?? wayOn(request, status, site.urls, path);
    const markup = isInside ? (
      <ProblemPage site={shown} {...{ status, title, detail, way }} />
    ) : site.signIn === "none" ? (
      <OutsiderPage title={title} detail={detail} />
    ) : (
      <StrangerPage site={shown} {...{ title, detail, way }} />
    );
    return pageResponse(request, await markup, {
      status,
      headers: { ...headers, ...WHOLE_PAGE_SWAP },
    });
  };

/** What may be answered in a moment can be tried again; from all else the overview leads on. */
function wayOn(
  { method }: Request,
  status: number,
  urls: Urls,
  path: string,
): Way {
  const same =
    status >= 500 && method === "GET"
      ? nextPath(urls.base + path, urls.base)
      : undefined;
  return same === undefined
    ? { href: urls.overview(), words: "Go to the overview" }
    : { href: same, words: "Try again" };
}

/** htmx asked for a part that a problem's page does not have: it shows all of it, under the same address. */
const WHOLE_PAGE_SWAP = {
  "hx-retarget": "#main",
  "hx-reselect": "#main",
  "hx-reswap": "outerHTML",
  "hx-push-url": "false",
};

/** The path below the base path. By hand, as the host may be anything, even none that a URL can have. */
export function pathBelow(base: string, url: string): string {
  const path = url.replace(/^[^/]*\/\/[^/?#]*/, "");
  return base !== "" && path.startsWith(`${base}/`)
    ? path.slice(base.length)
    : path;
}
