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

/**
 * Returns the length of spans, counted from 1970, of which each lies in one span of the
 * period, once it's moved by as much as lies between the two periods that are compared.
 */
export function alignedGrain({ range, beforeRange, spanMs }: Period): number {
  let [one, other] = [spanMs, range.from - beforeRange.from];
  while (other !== 0) [one, other] = [other, one % other];
  return one;
}

/** Returns the outcomes of the earlier period, span by span of the one that is compared with it. */
export function earlierBySpan(
  rows: readonly TallyRow[],
  period: Period,
): readonly Outcomes[] {
  const shiftMs = period.range.from - period.beforeRange.from;
  const moved = rows.map((row) => ({ ...row, at: row.at + shiftMs }));
  return outcomesBySpan(moved, period).map(({ outcomes }) => outcomes);
}
