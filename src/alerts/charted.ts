import {
  conditionPair,
  parseFilter,
  type FilterPair,
} from "../messages/filter-language.ts";
import { outcomesBySpan, type SpanOutcomes } from "../overview/by-span.ts";
import type { Store } from "../store/store.ts";
import type { Period } from "../time/time-range.ts";
import { scopeOf } from "./rules/scope.ts";
import { partsOfKey } from "./story/story.ts";

export type ChartedStore = Pick<Store, "tally">;

/** The messages of a period that a rule's chart shows. */
export type Charted = {
  readonly spans: readonly SpanOutcomes[];
  /** What the lists are narrowed to beside the time. */
  readonly conditions: readonly FilterPair[];
  /** These are all messages, as those that are meant aren't counted over time. */
  readonly isOfAll: boolean;
};

/**
 * Reads the messages that a rule watches, over time: those of its filter and of an alert's key,
 * if they are counted by one dimension, and otherwise all.
 */
export async function readCharted(
  store: ChartedStore,
  filter: string,
  key: string,
  period: Period,
): Promise<Charted> {
  const { range, spanMs } = period;
  const parts = partsOfKey(key);
  const all = async (isOfAll: boolean): Promise<Charted> => ({
    spans: outcomesBySpan(await store.tally({ range, spanMs }), period),
    conditions: [],
    isOfAll,
  });
  if (parts?.of === "code") {
    const errorCode = Number(parts.value);
    const rows = await store.tally({ range, spanMs, errorCode });
    return {
      spans: outcomesBySpan(rows, period),
      conditions: [["code", errorCode]],
      isOfAll: filter !== "",
    };
  }
  if (
    parts?.of === "country" ||
    parts?.of === "channel" ||
    parts?.of === "service"
  ) {
    const rows = await store.tally({ range, spanMs, by: parts.of });
    return {
      spans: outcomesBySpan(
        rows.filter((row) => row.key === parts.value),
        period,
      ),
      conditions: [[parts.of, parts.value]],
      isOfAll: false,
    };
  }
  if (filter === "") return all(parts?.of === "sender");
  const scope = scopeOf(filter, "all", period.range.to);
  // The tally by sender has a row for each one.
  if (scope.isSample || scope.by === undefined || scope.by === "sender")
    return all(true);
  const { by, includes } = scope;
  const rows = await store.tally({ range, spanMs, by });
  return {
    spans: outcomesBySpan(rows.filter(includes), period),
    // Codes decide which failures count, not which messages.
    conditions: parseFilter(filter, range.to)
      .filter.filter(({ field }) => field !== "code")
      .map(conditionPair),
    isOfAll: scope.codes !== undefined,
  };
}
