import type { Period } from "../../src/time/time-range.ts";
import {
  OVERVIEW_WITHOUT,
  type OverviewFilter,
} from "../../src/overview/overview-query.ts";
import type { Urls } from "../../src/site/urls.ts";
import type { Children } from "@kitajs/html";
import { FilterBox } from "../messages/filter-box.tsx";
import { Hidden, RangeLinks } from "../parts/range-links.tsx";

/** An overview's address; without a period when that can't be read. */
type AskedParts = Pick<OverviewFilter, "q" | "compare"> & {
  readonly period: Period | undefined;
};

/** The time ranges of an overview, each with its filter. */
export function OverviewRanges({
  urls,
  asked: { q, compare, period },
  now,
}: {
  readonly urls: Urls;
  readonly asked: AskedParts;
  readonly now: number;
}) {
  // A day to compare with fits one range.
  const kept = { q, compare: compare === "week" ? compare : "" };
  return (
    <RangeLinks
      current={period}
      hrefOf={(range) => urls.overview({ ...range, ...kept })}
      hidden={kept}
      now={now}
    />
  );
}

/** The filter of an overview: a form that works by itself. */
export function OverviewFilterBar({
  urls,
  asked: { q, compare, period },
  children,
}: {
  readonly urls: Urls;
  readonly asked: AskedParts;
  /** What stands beside it. */
  readonly children?: Children;
}) {
  const { range, from, to } = period?.address ?? {};
  return (
    <search class="filter">
      <form
        id="overview-filter"
        class="filter-form"
        action={urls.overview()}
        method="get"
      >
        <Hidden fields={{ range, from, to, compare }} />
        <label class="visually-hidden" for="filter-q">
          Only messages that match
        </label>
        <FilterBox
          {...{ urls, q }}
          example="country:US, service:, from:, tag:campaign=spring"
          without={OVERVIEW_WITHOUT}
        />
        <button type="submit">Filter</button>
        {q === "" ? (
          ""
        ) : (
          <a
            class="button"
            href={urls.overview({ ...period?.address, compare })}
          >
            Show all
          </a>
        )}
      </form>
      {children}
    </search>
  );
}
