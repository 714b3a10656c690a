import { Elysia } from "elysia";
import { ErrorsPage } from "../../views/errors-page.tsx";
import type { Site } from "../../views/site.ts";
import { pages } from "../http.ts";
import type { Store } from "../store/store.ts";
import {
  DEFAULT_PERIOD,
  isPeriod,
  lastHours,
  PERIODS,
  summarise,
} from "./errors-query.ts";

export type ErrorDeps = {
  readonly store: Pick<Store, "countByErrorCode" | "countByStatus">;
  readonly now: () => number;
};

export const errorRoutes = ({ store, now }: ErrorDeps, site: Site) =>
  new Elysia().use(pages()).get("/errors", async ({ page, request }) => {
    const period =
      new URL(request.url).searchParams.get("period") ?? DEFAULT_PERIOD;
    if (!isPeriod(period)) {
      return page(
        <ErrorsPage site={site} period={undefined} summary={undefined} />,
        { status: 400 },
      );
    }
    const range = lastHours(PERIODS[period].hours, now());
    const [codes, statuses] = await Promise.all([
      store.countByErrorCode(range),
      store.countByStatus(range),
    ]);
    const summary = summarise(codes, statuses);
    return page(<ErrorsPage {...{ site, period, summary }} />);
  });
