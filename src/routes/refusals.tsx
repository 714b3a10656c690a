import type { Asked } from "./asked.ts";
import { page } from "../http/page.ts";
import { invalidAddress, Problem } from "../http/problem.ts";
import { RefusalPage } from "../../views/refusals/refusal-page.tsx";
import { RefusalsPage } from "../../views/refusals/refusals-page.tsx";
import { requesterOf } from "../account/viewer.ts";
import { redirectTo } from "../http/responses.ts";
import { REFUSAL_DAYS } from "../store/refusals.ts";
import type { Stores } from "../store/stores.ts";
import { withProvenAccounts } from "../refusals/proven-accounts.ts";
import type { RefusalLog } from "../refusals/refusal-log.ts";
import { PAGE_SIZE, readRefusalsQuery } from "../refusals/refusals-query.ts";

const DAY_MS = 24 * 3_600_000;

export type RefusalDeps = {
  readonly store: Pick<Stores, "refusals" | "audit" | "listMessages">;
  readonly refusalLog: RefusalLog;
  readonly now: () => number;
};

const INVALID_ADDRESS = invalidAddress(
  "This part of the list doesn’t exist. Go to the refused callbacks and choose again.",
);

const NO_SUCH_REFUSAL = new Problem({
  status: 404,
  title: "This refused callback isn’t available",
  detail: `Refused callbacks are kept for ${REFUSAL_DAYS} days at most. This one may have been deleted.`,
});

/** `/refusals`: refused callbacks, why, and what would have matched. */
export const refusalHandlers = ({
  store,
  refusalLog,
  now: clock,
}: RefusalDeps) => ({
  list: async ({ request, site }: Asked) => {
    const query = readRefusalsQuery(new URL(request.url).searchParams);
    if (query === undefined) return INVALID_ADDRESS;
    const now = clock();
    const [found, unlisted] = await Promise.all([
      store.refusals.list({
        size: PAGE_SIZE + 1,
        isFixable: query.kind && query.kind === "fixable",
        since: now - REFUSAL_DAYS * DAY_MS,
        behind: query.behind,
      }),
      store.refusals.unlistedSince(now - DAY_MS),
    ]);
    const refusals = await withProvenAccounts(store, found.slice(0, PAGE_SIZE));
    const older = found.length > PAGE_SIZE ? refusals.at(-1) : undefined;
    const fixable = refusalLog.fixableLately();
    return page(
      <RefusalsPage
        {...{ site, query, refusals, older, unlisted, fixable, now }}
      />,
    );
  },
  one: async ({ params, site }: Asked<"id">) => {
    const found = /^\d{1,15}$/.test(params.id)
      ? await store.refusals.byId(Number(params.id))
      : undefined;
    const [refusal] = await withProvenAccounts(store, found ? [found] : []);
    if (refusal === undefined) return NO_SUCH_REFUSAL;
    return page(<RefusalPage {...{ site, refusal, now: clock() }} />);
  },
  markSeen: async ({ request, site }: Asked) => {
    await refusalLog.markSeen(requesterOf(request));
    return redirectTo(site.urls.refusals(), 303);
  },
});
