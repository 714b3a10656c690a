import {
  OutsiderPage,
  ProblemPage,
  StrangerPage,
} from "../../views/parts/problem-page.tsx";
import { siteFor, type Site } from "../../views/site.ts";
import { page, sendPage, Page, type Sending } from "../http/page.ts";
import { Problem, type Way } from "../http/problem.ts";
import { jsonResponse } from "../http/responses.ts";
import { pathBelow } from "../site/base-path.ts";
import { nextPath } from "../site/next-path.ts";
import type { Urls } from "../site/urls.ts";
import type { Answer } from "./asked.ts";

/** Sends what a handler, the gate or a failure answered. */
export async function sendAnswer(
  site: Site,
  answer: Answer,
  sending: Sending,
): Promise<Response> {
  const shown =
    answer instanceof Problem
      ? problemAnswer(site, sending.request, answer)
      : answer;
  return shown instanceof Page ? sendPage(shown, sending) : shown;
}

/** A problem in the form that the address calls for: a page, or JSON for programs. */
function problemAnswer(
  site: Site,
  request: Request,
  problem: Problem,
): Page | Response {
  const { status, title, detail, headers } = problem;
  const path = pathBelow(site.urls.base, request.url);
  if (path.startsWith("/api/rpc/"))
    return jsonResponse({ success: false, error: detail }, { status, headers });
  if (path.startsWith("/api/") || /^\/(?:livez|readyz|metrics)\b/.test(path)) {
    return jsonResponse(
      { type: "about:blank", title, status, detail },
      {
        status,
        headers: { ...headers, "content-type": "application/problem+json" },
      },
    );
  }
  const shown = siteFor(site, request);
  // Where nobody signs in, only outsiders are refused, and they get a page that
  // reveals nothing.
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
  return page(markup, { status, headers: { ...headers, ...WHOLE_PAGE_SWAP } });
}

/** What may work in a moment can be tried again; everything else leads to the overview. */
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

/** htmx requested a part that a problem page doesn't have, so it shows the whole page at the same address. */
const WHOLE_PAGE_SWAP = {
  "hx-retarget": "#main",
  "hx-reselect": "#main",
  "hx-reswap": "outerHTML",
  "hx-push-url": "false",
};
