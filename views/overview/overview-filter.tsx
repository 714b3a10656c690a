import type { Period, RangeAddress } from "../../src/time/time-range.ts";
import type { Urls } from "../../src/site/urls.ts";
import { FilterBox } from "../messages/filter-box.tsx";
import { Hidden, RangeLinks } from "../parts/range-links.tsx";

/** The time ranges of an overview, each with its filter. */
export function OverviewRanges({
  urls,
  q,
  current,
  now,
}: {
  readonly urls: Urls;
  readonly q: string;
  readonly current: Period | undefined;
  readonly now: number;
}) {
  return (
    <RangeLinks
      {...{ current, now }}
      hrefOf={(range) => urls.overview({ ...range, q })}
      hidden={{ q }}
    />
  );
}

/** The filter of an overview: a form that works by itself. */
export function OverviewFilterBar({
  urls,
  q,
  range,
}: {
  readonly urls: Urls;
  readonly q: string;
  readonly range: RangeAddress;
}) {
  const { from, to } = range;
  return (
    <search class="filter">
      <form
        id="overview-filter"
        class="filter-form"
        action={urls.overview()}
        method="get"
      >
        <Hidden fields={{ range: range.range, from, to }} />
        <label class="visually-hidden" for="filter-q">
          Only messages that match
        </label>
        <FilterBox
          {...{ urls, q }}
          example="country:US, service:, from:, tag:campaign=spring"
        />
        <button type="submit">Filter</button>
        {q === "" ? (
          ""
        ) : (
          <a class="button" href={urls.overview(range)}>
            Show all
          </a>
        )}
      </form>
    </search>
  );
}
