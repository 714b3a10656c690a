import { lazy } from "../../src/words/lazy.ts";
import type { TimeRange } from "../../src/time/time-range.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Steps between times under a chart. */
const STEPS_MS = [
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 3, 4, 6, 12].map((hours) => hours * HOUR_MS),
  ...[1, 2, 5, 10, 15, 30, 60].map((days) => days * DAY_MS),
];
const LABELS_MAX = 8;

const FORMATS = {
  day: format({ day: "numeric", month: "short" }),
  weekday: format({ weekday: "short", day: "numeric", month: "short" }),
};

function format(
  options: Intl.DateTimeFormatOptions,
): () => Intl.DateTimeFormat {
  return lazy(
    () => new Intl.DateTimeFormat("en-GB", { ...options, timeZone: "UTC" }),
  );
}

export type TimeLabel = {
  /** The bar it belongs to. */
  readonly bar: number;
  readonly text: string;
  /** Left out if there's room for only half of them; midnight is never left out before other hours. */
  readonly isMinor: boolean;
};

/** Returns the times to write under a chart's bars: round hours or days, at most eight. */
export function timeLabels(spans: readonly TimeRange[]): readonly TimeLabel[] {
  const first = spans[0];
  const last = spans.at(-1);
  if (first === undefined || last === undefined) return [];
  const lengthMs = last.to - first.from;
  const stepMs =
    STEPS_MS.find((step) => lengthMs / step <= LABELS_MAX) ?? lengthMs;
  return spans.flatMap(({ from, to }, bar) => {
    // The round time that falls into this bar, if one does.
    const round = Math.ceil(from / stepMs) * stepMs;
    return round < to
      ? [{ bar, text: labelOf(round), isMinor: round % (2 * stepMs) !== 0 }]
      : [];
  });
}

function labelOf(at: number): string {
  return at % DAY_MS === 0
    ? FORMATS.day().format(at)
    : new Date(at).toISOString().slice(11, 16);
}

/** A bar's time in words: `Mon 23 Nov, 14:00–15:00`, `Mon 23 Nov`, `21 Nov – 23 Nov`. */
export function spanWords({ from, to }: TimeRange): string {
  const weekday = FORMATS.weekday().format(from).replace(",", "");
  const clock = (at: number): string =>
    new Date(at).toISOString().slice(11, 16);
  if (to - from === MINUTE_MS) return `${weekday}, ${clock(from)}`;
  if (to - from < DAY_MS)
    return `${weekday}, ${clock(from)}–${clock(to) === "00:00" ? "24:00" : clock(to)}`;
  if (to - from <= DAY_MS) return weekday;
  return `${FORMATS.day().format(from)} – ${FORMATS.day().format(to - 1)}`;
}
