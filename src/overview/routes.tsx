import { Elysia } from "elysia";
import {
  OverviewMistakesPage,
  QuietPage,
  SetupPage,
} from "../../views/overview-empty.tsx";
import { OverviewPage } from "../../views/overview-page.tsx";
import type { Site } from "../../views/site.ts";
import { pages } from "../http.ts";
import type { Store } from "../store/store.ts";
import { readRange } from "../time-range.ts";
import { latestEventId } from "../live/latest-event.ts";
import { readOverview, type OverviewStore } from "./overview.ts";

export type OverviewDeps = {
  readonly store: OverviewStore & Pick<Store, "changesSince">;
  readonly now: () => number;
};

export const overviewRoutes = (
  { store, now: clock }: OverviewDeps,
  site: Site,
) =>
  new Elysia().use(pages()).get("/", async ({ page, request }) => {
    const { searchParams, origin } = new URL(request.url);
    const now = clock();
    const { period, mistakes } = readRange(searchParams, now);
    if (period === undefined) {
      return page(<OverviewMistakesPage {...{ site, mistakes, now }} />, {
        status: 400,
      });
    }
    // The event's id first: what is recorded from then on is told, at worst once too often.
    const live = await latestEventId(store);
    const [overview, newest] = await Promise.all([
      readOverview(store, period, now),
      store.listMessages([], { size: 1 }),
    ]);
    const [latest] = newest.messages;
    if (latest === undefined) return page(<SetupPage {...{ site, origin }} />);
    if (overview.total.messages === 0) {
      const latestAt = latest.firstEventAt;
      return page(<QuietPage {...{ site, period, latestAt, now, live }} />);
    }
    return page(<OverviewPage {...{ site, period, overview, now, live }} />);
  });
