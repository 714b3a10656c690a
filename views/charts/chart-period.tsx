import type { FilterPair } from "../../src/messages/filter-language.ts";
import type { SpanOutcomes } from "../../src/overview/by-span.ts";
import type { Outcomes } from "../../src/overview/outcomes.ts";
import { rangeTerms, type Period } from "../../src/time/time-range.ts";
import { BarChart } from "./chart-bars.tsx";
import { barWords, countsInWords, type Marked } from "./chart-words.ts";
import { listHref } from "../parts/list-link.ts";
import type { Urls } from "../../src/site/urls.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A period's messages over time; each bar leads to the list of those it counts. */
export function PeriodChart({
  urls,
  period,
  spans,
  conditions,
  hasRate,
  marked,
  earlier,
  target,
  now,
}: {
  readonly urls: Urls;
  readonly period: Period;
  readonly spans: readonly SpanOutcomes[];
  /** What the lists are narrowed to beside the time. */
  readonly conditions: readonly FilterPair[];
  readonly hasRate: boolean;
  readonly marked?: Marked;
  /** What it's compared with, span by span, and its name. */
  readonly earlier?:
    { readonly words: string; readonly spans: readonly Outcomes[] } | undefined;
  readonly target?: number | undefined;
  readonly now: number;
}) {
  return (
    <BarChart
      label={`Messages ${spanName(period.spanMs)}`}
      bars={spans.map(({ span, outcomes }, index) => ({
        span,
        words: barWords(span, now),
        outcomes,
        counts: countsInWords(outcomes),
        href: listHref(urls, [...conditions, ...rangeTerms(span, now)]),
        earlier: earlier?.spans[index],
      }))}
      earlier={earlier?.words}
      {...{ hasRate, marked, target }}
    />
  );
}

/** `per hour`, `per 6 hours`. */
function spanName(spanMs: number): string {
  const [unitMs, unit] =
    spanMs % DAY_MS === 0
      ? [DAY_MS, "day"]
      : spanMs % HOUR_MS === 0
        ? [HOUR_MS, "hour"]
        : [MINUTE_MS, "minute"];
  const count = spanMs / unitMs;
  return count === 1 ? `per ${unit}` : `per ${count} ${unit}s`;
}
