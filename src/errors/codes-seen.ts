import { spanIndex } from "../overview/by-span.ts";
import {
  outcomesOf,
  sumOfOutcomes,
  type Outcomes,
} from "../overview/outcomes.ts";
import type { TallyRow } from "../store/tally.ts";
import { spansOf, type Period } from "../time/time-range.ts";

/** An error code of messages in a period. */
export type CodeSeen = {
  readonly errorCode: number;
  /** The statuses of the messages with it: some were delivered all the same. */
  readonly outcomes: Outcomes;
  /** What was counted, in each span of the period, oldest first. */
  readonly trend: readonly number[];
};

/**
 * The codes of a tally by error code and span, those first of which `count` counts most:
 * all messages, unless told otherwise. Codes without any, and messages without a code, are
 * left out.
 */
export function codesSeen(
  rows: readonly TallyRow[],
  period: Period,
  count: (outcomes: Outcomes) => number = ({ messages }) => messages,
): readonly CodeSeen[] {
  const spans = spansOf(period).length;
  const byCode = Map.groupBy(
    rows.filter(({ key }) => key !== null),
    ({ key }) => Number(key),
  );
  return [...byCode]
    .map(([errorCode, ofCode]) => {
      const trend = Array.from({ length: spans }, () => 0);
      const all = ofCode.map(({ at, counts }) => {
        const outcomes = outcomesOf(counts);
        trend[spanIndex(at, period)] = count(outcomes);
        return outcomes;
      });
      return { errorCode, outcomes: sumOfOutcomes(all), trend };
    })
    .filter(({ outcomes }) => count(outcomes) > 0)
    .toSorted(
      (a, b) =>
        count(b.outcomes) - count(a.outcomes) || a.errorCode - b.errorCode,
    );
}
