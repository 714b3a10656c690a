import { Elysia } from "elysia";
import { RefusalPage } from "../../views/refusals/refusal-page.tsx";
import { RefusalsPage } from "../../views/refusals/refusals-page.tsx";
import type { Site } from "../../views/site.ts";
import { requesterOf } from "../account/viewer.ts";
import { redirectTo } from "../http/responses.ts";
import { pages } from "./pages.ts";
import type { AnswerProblem, Problem } from "./problem.tsx";
import { REFUSAL_DAYS } from "../store/refusals.ts";
import type { Stores } from "../store/stores.ts";
import { withProvenAccounts } from "../refusals/proven-accounts.ts";
import type { RefusalLog } from "../refusals/refusal-log.ts";
import { PAGE_SIZE, readRefusalsQuery } from "../refusals/refusals-query.ts";

const DAY_MS = 24 * 3_600_000;

export type RefusalRoutesDeps = {
  readonly store: Pick<Stores, "refusals" | "audit" | "listMessages">;
  readonly refusalLog: RefusalLog;
  readonly now: () => number;
};

const NOT_UNDERSTOOD: Problem = {
  status: 400,
  title: "This address isn’t valid",
  detail:
    "This part of the list doesn’t exist. Go to the refused callbacks and choose again.",
};

const NO_SUCH_REFUSAL: Problem = {
  status: 404,
  title: "This refused callback isn’t available",
  detail: `Refused callbacks are kept for ${REFUSAL_DAYS} days at most. This one may have been deleted.`,
};

/** `/refusals`: callbacks that were refused and why, with what would have matched. */
export const refusalRoutes = (
  { store, refusalLog, now: clock }: RefusalRoutesDeps,
  site: Site,
  problem: AnswerProblem,
) =>
  new Elysia()
    .use(pages(site))
    .get("/refusals", async ({ page, request, site }) => {
      const query = readRefusalsQuery(new URL(request.url).searchParams);
      if (query === undefined) return problem(request, NOT_UNDERSTOOD);
      const now = clock();
      const [found, unlisted] = await Promise.all([
        store.refusals.list({
          size: PAGE_SIZE + 1,
          isMendable: query.kind && query.kind === "mend",
          since: now - REFUSAL_DAYS * DAY_MS,
          behind: query.behind,
        }),
        store.refusals.unlistedSince(now - DAY_MS),
      ]);
      const refusals = await withProvenAccounts(
        store,
        found.slice(0, PAGE_SIZE),
      );
      const older = found.length > PAGE_SIZE ? refusals.at(-1) : undefined;
      const mendable = refusalLog.mendableLately();
      return page(
        <RefusalsPage
          {...{ site, query, refusals, older, unlisted, mendable, now }}
        />,
      );
    })
    .get("/refusals/:id", async ({ page, params, request, site }) => {
      const found = /^\d{1,15}$/.test(params.id)
        ? await store.refusals.byId(Number(params.id))
        : undefined;
      const [refusal] = await withProvenAccounts(store, found ? [found] : []);
      if (refusal === undefined) return problem(request, NO_SUCH_REFUSAL);
      return page(<RefusalPage {...{ site, refusal, now: clock() }} />);
    })
    .post("/refusals/seen", async ({ request, site }) => {
      await refusalLog.markSeen(requesterOf(request));
      return redirectTo(site.urls.refusals(), 303);
    });
