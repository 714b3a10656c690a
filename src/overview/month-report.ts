import type { Store } from "../store/store.ts";
import { monthOf, monthPeriod, type Month } from "../time/month-period.ts";
import { totalOf, ended, type Outcomes } from "./outcomes.ts";
import { readOverview, type Overview, type OverviewStore } from "./overview.ts";

/** What a month came to, and the months before it. */
export type MonthReport = {
  readonly month: Month;
  readonly overview: Overview;
  /** This one and those before it that have messages, the latest first. */
  readonly months: readonly MonthTotal[];
  /** The names of the neighbors; undefined where there are no messages, or it hasn't begun. */
  readonly earlier: string | undefined;
  readonly later: string | undefined;
};

export type MonthTotal = { readonly month: Month; readonly total: Outcomes };

const MONTHS_SHOWN = 12;
/** A day with fewer finished messages has no rate that means much. */
export const DAY_SAMPLE_MIN = 30;

/** Undefined without any messages at all. */
export async function readMonthReport(
  store: OverviewStore & Pick<Store, "firstMessageAt">,
  month: Month,
  now: number,
): Promise<MonthReport | undefined> {
  const [since, overview] = await Promise.all([
    store.firstMessageAt(),
    readOverview(store, monthPeriod(month, now), now),
  ]);
  if (since === undefined || overview === undefined) return undefined;
  const all = Array.from({ length: MONTHS_SHOWN }, (_, ago) =>
    monthOf(month.from, ago),
  ).filter(({ to }) => to > since);
  const months = await Promise.all(
    all.map(async (each) => ({
      month: each,
      total:
        each.from === month.from
          ? overview.total
          : totalOf(await store.tally({ range: each })),
    })),
  );
  const earlier = monthOf(month.from, 1);
  const later = monthOf(month.from, -1);
  return {
    month,
    overview,
    months,
    earlier: earlier.to > since ? earlier.name : undefined,
    later: later.from <= now ? later.name : undefined,
  };
}

/** How many days missed a target, of those with enough finished messages. */
export function daysBelow(
  { spans }: Pick<Overview, "spans">,
  isMissed: (outcomes: Outcomes) => boolean,
): { readonly below: number; readonly of: number } {
  const days = spans.filter(
    ({ outcomes }) => ended(outcomes) >= DAY_SAMPLE_MIN,
  );
  return {
    below: days.filter(({ outcomes }) => isMissed(outcomes)).length,
    of: days.length,
  };
}
