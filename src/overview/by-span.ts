import type { TallyRow, TimeRange } from "../store/tally.ts";
import { spansOf, type Period } from "../time-range.ts";
import { NO_OUTCOMES, outcomesOf, type Outcomes } from "./outcomes.ts";

/** What became of the messages first heard of in a span. */
export type SpanOutcomes = {
  readonly span: TimeRange;
  readonly outcomes: Outcomes;
};

/** All spans of a period, oldest first, those without messages too. `rows` has one row for each span at most. */
export function outcomesBySpan(
  rows: readonly TallyRow[],
  period: Period,
): readonly SpanOutcomes[] {
  const byIndex = new Map(
    rows.map(({ at, counts }) => [spanIndex(at, period), outcomesOf(counts)]),
  );
  return spansOf(period).map((span, index) => ({
    span,
    outcomes: byIndex.get(index) ?? NO_OUTCOMES,
  }));
}

/** The place of the span that a time falls into, from 0. */
export function spanIndex(at: number, { range, spanMs }: Period): number {
  return Math.floor(at / spanMs) - Math.floor(range.from / spanMs);
}
