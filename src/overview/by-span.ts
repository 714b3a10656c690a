import type { TallyRow } from "../store/tally.ts";
import type { TimeRange } from "../time/time-range.ts";
import { spansOf, type Period } from "../time/time-range.ts";
import { totalOf, type Outcomes } from "./outcomes.ts";

/** What became of the messages first heard of in a span. */
export type SpanOutcomes = {
  readonly span: TimeRange;
  readonly outcomes: Outcomes;
};

/** All spans of a period, oldest first, those without messages too; of each all that `rows` has. */
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

/** The place of the span that a time falls into, from 0. */
export function spanIndex(at: number, { range, spanMs }: Period): number {
  return Math.floor(at / spanMs) - Math.floor(range.from / spanMs);
}
