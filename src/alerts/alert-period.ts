import { endOfMinute } from "../time/filter-times.ts";
import { rangeTerms, type Period, type TimeRange } from "../time/time-range.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Spans of a chart's bars: the shortest that keeps to `BARS_MAX`. */
const MINUTE_SPANS_MS = [5, 10, 15, 30].map((each) => each * MINUTE_MS);
const HOUR_SPANS_MS = [1, 2, 3, 6, 12, 24, 48].map((each) => each * HOUR_MS);
const BARS_MAX = 72;

/** The time around an alert: before and after it as much as it lasted, within these limits. */
const AROUND_MS_MIN = HOUR_MS;
const AROUND_MS_MAX = DAY_MS;

/**
 * Returns the period of the chart around something that lasted: with bars of some minutes where
 * everything was counted by the minute, and of whole hours where it wasn't.
 */
export function periodAround(
  { from, to }: TimeRange,
  now: number,
  byMinuteSince: number,
): Period {
  const aroundMs = Math.min(
    Math.max(AROUND_MS_MIN, (to - from) / 2),
    AROUND_MS_MAX,
  );
  const begin = from - aroundMs;
  const end = Math.min(to + aroundMs, endOfMinute(now));
  const fits = (spanMs: number): boolean => (end - begin) / spanMs <= BARS_MAX;
  const spans =
    begin >= byMinuteSince
      ? [...MINUTE_SPANS_MS, ...HOUR_SPANS_MS]
      : HOUR_SPANS_MS;
  const spanMs = spans.find(fits) ?? 48 * HOUR_MS;
  const grainMs = Math.min(spanMs, HOUR_MS);
  const range = {
    from: Math.floor(begin / grainMs) * grainMs,
    to: Math.min(Math.ceil(end / grainMs) * grainMs, endOfMinute(now)),
  };
  const lengthMs = range.to - range.from;
  return {
    address: {
      from: new Date(range.from).toISOString(),
      to: new Date(range.to).toISOString(),
    },
    label: "Around the alert",
    when: "around the alert",
    before: "the time before",
    range,
    beforeRange: { from: range.from - lengthMs, to: range.from },
    spanMs,
    terms: rangeTerms(range, now),
  };
}
