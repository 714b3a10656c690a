import type { CostFilter, CostSplit, DayRange } from "../store/costs.ts";
import type { Condition } from "../store/filter.ts";
import { parseFilter, type ParsedFilter } from "../messages/filter-language.ts";
import {
  rangeTerms,
  rangeWords,
  readRange,
  type Period,
} from "../time/time-range.ts";

export const COST_SPLITS = [
  "day",
  "country",
  "sender",
  "service",
  "tag",
] as const;

/** Named ranges of costs: whole days, the last of which is today. */
export const COST_RANGES = ["7d", "30d", "90d"] as const;
const DAYS_OF: ReadonlyMap<string, number> = new Map([
  ["7d", 7],
  ["30d", 30],
  ["90d", 90],
]);

const DAY_MS = 86_400_000;

/** A range of whole days (GMT), with what depends on it. */
export type CostPeriod = Pick<
  Period,
  "address" | "label" | "range" | "terms"
> & {
  readonly days: DayRange;
};

/** A parsed address of costs. */
export type CostsQuery = {
  readonly period: CostPeriod;
  readonly by: CostSplit;
  /** The filter's text; "" for none. */
  readonly q: string;
  readonly parsed: ParsedFilter;
  /** What the filter means, by day. */
  readonly only: CostFilter | undefined;
  /** What it means by tag. */
  readonly tagName: string | undefined;
};

export type CostsQueryRead =
  | { readonly query: CostsQuery; readonly mistakes: readonly [] }
  /** Sentences; they don't repeat any input. */
  | {
      readonly query: undefined;
      /** If that much can be read. */
      readonly period: CostPeriod | undefined;
      readonly q: string;
      readonly mistakes: readonly string[];
    };

/**
 * Reads `range`, or `from` and `to`, with `by` and `q`, from an address; the default is the last 30
 * days, by day. Anything that can't be read is a mistake, never ignored.
 */
export function readCostsQuery(
  params: URLSearchParams,
  now: number,
): CostsQueryRead {
  const q = params.get("q")?.trim() ?? "";
  const parsed = parseFilter(q, now);
  const { period, mistakes: ofRange } = readCostPeriod(params, now);
  const mistakes = [...ofRange];
  if (["by", "q"].some((name) => params.getAll(name).length > 1))
    mistakes.push("The address gives a part of it twice.");
  mistakes.push(...parsed.mistakes.map(({ sentence }) => sentence));
  const meant = filterMeant(parsed);
  if (meant.mistake !== undefined) mistakes.push(meant.mistake);
  const given = params.get("by")?.trim() ?? "";
  const natural = meant.tagName === undefined ? "day" : "tag";
  const by =
    given === "" ? natural : COST_SPLITS.find((each) => each === given);
  if (by === undefined)
    mistakes.push("Costs are by day, country, sender, service or tag.");
  else if (meant.only !== undefined && by !== "day")
    mistakes.push("With a filter, costs are by day.");
  else if (meant.tagName !== undefined && by !== "tag")
    mistakes.push(
      "A tag’s name alone lists its values, by tag. Costs by day take a tag with its value, such as tag:campaign=spring.",
    );
  if (mistakes.length > 0 || period === undefined || by === undefined)
    return { query: undefined, period, q, mistakes };
  const { only, tagName } = meant;
  return { query: { period, by, q, parsed, only, tagName }, mistakes: [] };
}

type Meant = {
  readonly only?: CostFilter;
  readonly tagName?: string;
  readonly mistake?: string;
};

const ONE_ONLY =
  "Costs can be filtered by one country, sender, service or tag, such as country:US. The list of messages takes any filter.";

function filterMeant({ filter, mistakes }: ParsedFilter): Meant {
  const [condition, ...others] = filter;
  if (mistakes.length > 0 || condition === undefined) return {};
  return others.length > 0 || condition.negated
    ? { mistake: ONE_ONLY }
    : conditionMeant(condition);
}

function conditionMeant(condition: Condition): Meant {
  if (condition.field === "tag") {
    const { name, value } = condition;
    return value === undefined
      ? { tagName: name }
      : { only: { by: "tag", name, value } };
  }
  if (
    condition.field !== "country" &&
    condition.field !== "from" &&
    condition.field !== "service"
  )
    return { mistake: ONE_ONLY };
  const [value, ...others] = condition.values;
  if (value === undefined || others.length > 0) return { mistake: ONE_ONLY };
  const by = condition.field === "from" ? "sender" : condition.field;
  return { only: { by, value } };
}

function readCostPeriod(
  params: URLSearchParams,
  now: number,
): {
  readonly period: CostPeriod | undefined;
  readonly mistakes: readonly string[];
} {
  const given = new URLSearchParams(params);
  if (["range", "from", "to"].every((name) => !given.get(name)?.trim()))
    given.set("range", "30d");
  const { period, mistakes } = readRange(given, now);
  if (period === undefined) return { period, mistakes };
  const { address } = period;
  const to = Math.ceil(period.range.to / DAY_MS);
  if (address.range === undefined) {
    const from = Math.floor(period.range.from / DAY_MS);
    const range = { from: from * DAY_MS, to: to * DAY_MS };
    const label = rangeWords(range);
    return { period: periodOf({ from, to }, address, label, now), mistakes };
  }
  const days = DAYS_OF.get(address.range);
  return days === undefined
    ? {
        period: undefined,
        mistakes: [
          "Costs are by whole days: the range must be one of 7d, 30d and 90d.",
        ],
      }
    : {
        period: periodOf(
          { from: to - days, to },
          address,
          `Last ${days} days`,
          now,
        ),
        mistakes,
      };
}

function periodOf(
  days: DayRange,
  address: CostPeriod["address"],
  label: string,
  now: number,
): CostPeriod {
  const range = { from: days.from * DAY_MS, to: days.to * DAY_MS };
  return { address, label, range, days, terms: rangeTerms(range, now) };
}
