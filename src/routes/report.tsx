import {
  ReportMistakePage,
  ReportPage,
} from "../../views/report/report-page.tsx";
import type { Config } from "../config/config.ts";
import { page, type Page } from "../http/page.ts";
import { readMonthReport } from "../overview/month-report.ts";
import type { OverviewStore } from "../overview/overview.ts";
import type { Stores } from "../store/stores.ts";
import { monthOf, readMonth } from "../time/month-period.ts";
import type { Asked } from "./asked.ts";

export type ReportDeps = {
  readonly store: OverviewStore & Pick<Stores, "feedEnd">;
  readonly config: Pick<Config, "deliveryTarget">;
  readonly now: () => number;
};

/** `/report`: how a month compares with the target. */
export const reportHandler =
  ({ store, config, now: clock }: ReportDeps) =>
  async ({ request, site }: Asked): Promise<Page> => {
    const now = clock();
    const name = new URL(request.url).searchParams.get("month")?.trim() ?? "";
    const month = name === "" ? monthOf(now) : readMonth(name, now);
    if (month === undefined)
      return page(<ReportMistakePage site={site} />, { status: 400 });
    const live = await store.feedEnd();
    const report = await readMonthReport(store, month, now);
    const target = config.deliveryTarget;
    return page(<ReportPage {...{ site, month, report, target, now, live }} />);
  };
