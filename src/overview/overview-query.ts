import {
  conditionPair,
  parseFilter,
  type FilterPair,
} from "../messages/filter-language.ts";
import type { FilterMistake } from "../messages/filter-mistakes.ts";
import type { MessageFilter } from "../store/filter.ts";
import type { OverviewAddress } from "../site/urls.ts";
import type { Period } from "../time/time-range.ts";

/** Which messages an overview is of. */
export type OverviewFilter = {
  /** The text in the address. */
  readonly q: string;
  /** Empty for all messages. */
  readonly filter: MessageFilter;
  /** The same, for the lists of what it counts. */
  readonly conditions: readonly FilterPair[];
  readonly mistakes: readonly FilterMistake[];
  /** What the address says to compare with; see `comparedWith`. */
  readonly compare: string;
};

/** An overview's address, as read. */
export type AskedOverview = OverviewFilter & { readonly period: Period };

/** The same address again. */
export function addressOf({
  period,
  q,
  compare,
}: AskedOverview): OverviewAddress {
  return { ...period.address, q, compare };
}

/** What a page shows by itself, so that a filter can't contain it, and why. */
const SHOWN_ANYWAY: Readonly<Record<string, string>> = {
  status:
    "The overview shows all statuses, so its filter can’t contain status.",
  code: "The overview shows all outcomes, so its filter can’t contain code. Each error code has its own page.",
  after: "Choose the time range beside the title instead of after.",
  before: "Choose the time range beside the title instead of before.",
};

/** The names that an overview's filter can't have. */
export const OVERVIEW_WITHOUT = Object.keys(SHOWN_ANYWAY);

/** Reads the filter from an overview's address. */
export function readOverviewFilter(
  params: URLSearchParams,
  now: number,
): OverviewFilter {
  const q = params.getAll("q").join(" ").trim();
  const { filter, terms, mistakes } = parseFilter(q, now);
  const shown = terms.flatMap(({ condition, from, to }) => {
    const sentence = SHOWN_ANYWAY[condition?.field ?? ""];
    return sentence === undefined ? [] : [{ sentence, from, to }];
  });
  return {
    q,
    filter,
    conditions: filter.map(conditionPair),
    compare: params.getAll("compare").join(" ").trim(),
    mistakes: [...mistakes, ...shown].toSorted((a, b) => a.from - b.from),
  };
}
