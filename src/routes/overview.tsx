import type { Asked } from "./asked.ts";
import type { Config } from "../config/config.ts";
import { page, type Page } from "../http/page.ts";
import {
  OverviewMistakesPage,
  QuietPage,
  SetupPage,
  UncountedPage,
} from "../../views/overview/overview-empty.tsx";
import { OverviewPage } from "../../views/overview/overview-page.tsx";
import type { CallbackCounts } from "../receiver/callback-counts.ts";
import { receivedLately } from "../sources/completeness.ts";
import type { Stores } from "../store/stores.ts";
import { comparedWith } from "../time/compared-period.ts";
import { readRange } from "../time/time-range.ts";
import {
  testCommand,
  type TestCommandSettings,
} from "../overview/test-command.ts";
import { gapsOf } from "../overview/gaps.ts";
import { readOverviewFilter } from "../overview/overview-query.ts";
import { readOverview, type OverviewStore } from "../overview/overview.ts";

export type OverviewDeps = {
  readonly store: OverviewStore &
    Pick<Stores, "feedEnd" | "countedByMinuteSince" | "backfills"> & {
      readonly alerts: Pick<Stores["alerts"], "evaluatorRecord">;
    };
  readonly config: TestCommandSettings & Pick<Config, "deliveryTarget">;
  readonly callbacks: Pick<CallbackCounts, "lastSkipped">;
  readonly now: () => number;
};

export const overviewHandler =
  ({ store, config, callbacks, now: clock }: OverviewDeps) =>
  async ({ request, site }: Asked): Promise<Page> => {
    const { searchParams, origin } = new URL(request.url);
    const now = clock();
    const filter = readOverviewFilter(searchParams, now);
    const read = readRange(
      searchParams,
      now,
      await store.countedByMinuteSince(),
    );
    const { period, mistake } =
      read.period === undefined
        ? { period: undefined, mistake: undefined }
        : comparedWith(read.period, filter.compare);
    if (period === undefined || filter.mistakes.length > 0)
      return page(
        <OverviewMistakesPage
          {...{ site, now }}
          asked={{ ...filter, period: read.period }}
          rangeMistakes={mistake === undefined ? read.mistakes : [mistake]}
        />,
        { status: 400 },
      );
    const asked = { ...filter, period };
    // Read first: what is recorded from now on is reported, at worst twice.
    const live = await store.feedEnd();
    const overview = await readOverview(store, period, now, filter.filter);
    if (overview !== undefined && overview.total.messages > 0) {
      const received =
        filter.filter.length === 0
          ? await receivedLately(store, now)
          : undefined;
      const record = await store.alerts.evaluatorRecord();
      const gaps = gapsOf(record?.gaps ?? [], overview);
      const target = config.deliveryTarget;
      const view = { site, asked, overview, received, gaps, target, now, live };
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
    if (filter.filter.length === 0)
      return page(<QuietPage {...{ site, asked, latestAt, now, live }} />);
    const isTooMany = overview === undefined;
    return page(<UncountedPage {...{ site, asked, isTooMany, now, live }} />);
  };
