import {
  COST_RANGES,
  COST_SPLITS,
  type CostPeriod,
} from "../../src/costs/costs-query.ts";
import type { CostSplit } from "../../src/store/costs.ts";
import { FilterBox } from "../messages/filter-box.tsx";
import { KindTabs } from "../parts/kind-tabs.tsx";
import { Hidden, RangeLinks } from "../parts/range-links.tsx";
import type { Site } from "../site.ts";

const SPLIT_WORDS: Record<CostSplit, string> = {
  day: "Day",
  country: "Country",
  sender: "Sender",
  service: "Service",
  tag: "Tag",
};

/** The choice of a time, of what to split by, and of a filter. */
export function CostsHead({
  site: { urls },
  period,
  by,
  q,
  now,
}: {
  readonly site: Site;
  readonly period: CostPeriod | undefined;
  readonly by: CostSplit;
  readonly q: string;
  readonly now: number;
}) {
  const address = period?.address ?? {};
  const kept = { by: by === "day" ? undefined : by, q };
  return (
    <>
      <div class="page-head">
        <h1>Costs</h1>
        <RangeLinks
          current={period}
          names={COST_RANGES}
          others={monthsOf(now)}
          hrefOf={(range) => urls.costs({ ...range, ...kept })}
          hidden={kept}
          now={now}
        />
      </div>
      <div class="costs-tabs">
        <KindTabs
          label="Costs by"
          tabs={COST_SPLITS.map((each) => ({
            href: urls.costs({
              ...address,
              by: each === "day" ? undefined : each,
            }),
            words: SPLIT_WORDS[each],
            isCurrent: each === by,
          }))}
        />
      </div>
      <search class="filter">
        <form class="filter-form" action={urls.costs()} method="get">
          <Hidden fields={{ ...address }} />
          <label class="visually-hidden" for="filter-q">
            One country, sender, service or tag
          </label>
          <FilterBox
            {...{ urls, q }}
            example="country:US, from:, service: or tag:campaign=spring"
          />
          <button type="submit">Filter</button>
          {q === "" ? (
            ""
          ) : (
            <a class="button" href={urls.costs(address)}>
              Show all
            </a>
          )}
        </form>
      </search>
    </>
  );
}

/** This calendar month and the one before it, as bills have them. */
function monthsOf(now: number) {
  const date = new Date(now);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  const dayText = (ofMonth: number, day: number): string =>
    new Date(Date.UTC(year, ofMonth, day)).toISOString().slice(0, 10);
  return [
    { words: "This month", address: { from: dayText(month, 1) } },
    {
      words: "Last month",
      address: { from: dayText(month - 1, 1), to: dayText(month, 0) },
    },
  ];
}
