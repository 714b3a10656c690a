import type { Asked } from "./asked.ts";
import { page, type Page } from "../http/page.ts";
import {
  OverviewMistakesPage,
  QuietPage,
  SetupPage,
} from "../../views/overview/overview-empty.tsx";
import { OverviewPage } from "../../views/overview/overview-page.tsx";
import type { CallbackCounts } from "../receiver/callback-counts.ts";
import { receivedLately } from "../sources/completeness.ts";
import type { Stores } from "../store/stores.ts";
import { readRange } from "../time/time-range.ts";
import {
  testCommand,
  type TestCommandSettings,
} from "../overview/test-command.ts";
import { readOverview, type OverviewStore } from "../overview/overview.ts";

export type OverviewDeps = {
  readonly store: OverviewStore &
    Pick<Stores, "feedEnd" | "countedByMinuteSince" | "backfills">;
  readonly config: TestCommandSettings;
  readonly callbacks: Pick<CallbackCounts, "lastSkipped">;
  readonly now: () => number;
};

export const overviewHandler =
  ({ store, config, callbacks, now: clock }: OverviewDeps) =>
  async ({ request, site }: Asked): Promise<Page> => {
    const { searchParams, origin } = new URL(request.url);
    const now = clock();
    const { period, mistakes } = readRange(
      searchParams,
      now,
      await store.countedByMinuteSince(),
    );
    if (period === undefined) {
      return page(<OverviewMistakesPage {...{ site, mistakes, now }} />, {
        status: 400,
      });
    }
    // Read first: what is recorded from now on is reported, at worst twice.
    const live = await store.feedEnd();
    const overview = await readOverview(store, period, now);
    if (overview.total.messages > 0) {
      const received = await receivedLately(store, now);
      const view = { site, period, overview, received, now, live };
      return page(<OverviewPage {...view} />);
    }
    const newest = await store.listMessages([], { size: 1 });
    const [latest] = newest.messages;
    if (latest === undefined) {
      const callbackUrl = site.urls.smsCallback(origin);
      // A fragment is never sent. Posting where Twilio posts tests the proxy as well.
      const [address = ""] = callbackUrl.split("#");
      const command = testCommand(config, address);
      const skipped = callbacks.lastSkipped;
      const signers = {
        tokens: config.authTokens.length,
        keys: config.sharedKeys.length,
      };
      const setup = { site, callbackUrl, command, signers, skipped };
      return page(<SetupPage {...{ ...setup, localUrl: origin, now, live }} />);
    }
    const latestAt = latest.firstEventAt;
    return page(<QuietPage {...{ site, period, latestAt, now, live }} />);
  };
