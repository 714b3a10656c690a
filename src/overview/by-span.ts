import type { TallyRow } from "../store/tally.ts";
import type { TimeRange } from "../time/time-range.ts";
import { spansOf, type Period } from "../time/time-range.ts";
import { totalOf, type Outcomes } from "./outcomes.ts";

/** The messages first seen in a span, by outcome. */
export type SpanOutcomes = {
  readonly span: TimeRange;
  readonly outcomes: Outcomes;
};

/** Returns all spans of a period, oldest first, including empty ones, each with everything that `rows` has for it. */
export function outcomesBySpan(
  rows: readonly TallyRow[],
  period: Period,
): readonly SpanOutcomes[] {
  const byIndex = Map.groupBy(rows, ({ at }) => spanIndex(at, period));
  return spansOf(period).map((span, index) => ({
    span,
    outcomes: totalOf(byIndex.get(index) ?? []),
  }));
}

/** Returns the index of the span that a time falls into. */
export function spanIndex(at: number, { range, spanMs }: Period): number {
  return Math.floor(at / spanMs) - Math.floor(range.from / spanMs);
}
