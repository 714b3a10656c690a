import type { TimeRange } from "../time/time-range.ts";
import { duration } from "../words/amounts.ts";
import type { Overview } from "./overview.ts";

/** When the server was off, or its clock wrong, in a period and in the one that it's compared with. */
export type ServerGaps = {
  readonly now: readonly TimeRange[];
  readonly before: readonly TimeRange[];
};

/** Returns the parts of `gaps` that are in an overview's periods. */
export function gapsOf(
  gaps: readonly TimeRange[],
  { period, before }: Pick<Overview, "period" | "before">,
): ServerGaps {
  // What begins with 0 is the time before smsledger was first started.
  const known = gaps.filter(({ from }) => from > 0);
  return {
    now: within(known, period.range),
    before: before === undefined ? [] : within(known, period.beforeRange),
  };
}

function within(gaps: readonly TimeRange[], range: TimeRange): TimeRange[] {
  return gaps
    .map(({ from, to }) => ({
      from: Math.max(from, range.from),
      to: Math.min(to, range.to),
    }))
    .filter(({ from, to }) => from < to);
}

/** Returns what gaps mean for the numbers, in sentences. */
export function gapSentences({ now, before }: ServerGaps): readonly string[] {
  return [
    sentence(now, "of this period"),
    sentence(before, "of the period that it’s compared with"),
  ].flatMap((each) => each ?? []);
}

function sentence(
  gaps: readonly TimeRange[],
  where: string,
): string | undefined {
  const ms = gaps.reduce((sum, { from, to }) => sum + to - from, 0);
  return ms === 0
    ? undefined
    : `smsledger was off for ${duration(ms)} ${where}: what happened then may be missing, or may have been counted later.`;
}
