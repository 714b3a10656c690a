import { lazy } from "../words/lazy.ts";
import { endOfMinute, isDay, readTime } from "./filter-times.ts";

/** From `from` up to, but not including, `to`: milliseconds since 1970. */
export type TimeRange = { readonly from: number; readonly to: number };

/** A time range in an address: a named range, or its two ends. */
export type RangeAddress = {
  readonly range?: string;
  readonly from?: string;
  readonly to?: string;
};

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/**
 * The named ranges. Each ends with the current minute. Those up to a day start exactly
 * that much earlier, longer ones with the whole hour that contains this time.
 */
const NAMED = {
  "1h": {
    words: "hour",
    lengthMs: HOUR_MS,
    spanMs: MINUTE_MS,
    grainMs: MINUTE_MS,
  },
  "24h": {
    words: "24 hours",
    lengthMs: DAY_MS,
    spanMs: HOUR_MS,
    grainMs: MINUTE_MS,
  },
  "7d": {
    words: "7 days",
    lengthMs: 7 * DAY_MS,
    spanMs: 6 * HOUR_MS,
    grainMs: HOUR_MS,
  },
  "30d": {
    words: "30 days",
    lengthMs: 30 * DAY_MS,
    spanMs: DAY_MS,
    grainMs: HOUR_MS,
  },
  "90d": {
    words: "90 days",
    lengthMs: 90 * DAY_MS,
    spanMs: DAY_MS,
    grainMs: HOUR_MS,
  },
} as const;

export type RangeName = keyof typeof NAMED;

export const RANGE_NAMES = ["1h", "24h", "7d", "30d", "90d"] as const;
const DEFAULT_RANGE: RangeName = "24h";
const RANGE_DAYS_MAX = 400;

/** The maximum bars of a chart whose range is given by its ends. */
const SPANS_MAX = 100;
/** Spans of such a range, in hours: the shortest that keeps to `SPANS_MAX`. */
const SPAN_HOURS = [1, 2, 3, 4, 6, 8, 12, 24, 48, 72, 96, 120];

/** The period of a page, with everything that depends on it. */
export type Period = {
  /** Its form in an address. */
  readonly address: RangeAddress;
  /** `Last 24 hours`, or `1 Nov 2026 – 20 Nov 2026`. */
  readonly label: string;
  /** Completes "No messages …": `in the last 24 hours`. */
  readonly when: string;
  /** What it is compared with: `the 24 hours before`. */
  readonly before: string;
  /** Ends with the current minute at the latest. */
  readonly range: TimeRange;
  /** The previous period: as long, up to the same point. */
  readonly beforeRange: TimeRange;
  /** The length of a bar of its chart; counted from 1970, so that the first and the last may be shorter. */
  readonly spanMs: number;
  /** The conditions of a list of the same messages. */
  readonly terms: RangeTerms;
};

/** Terms of the filter language, as `filterText` takes them. */
export type RangeTerms = readonly (readonly ["after" | "before", number])[];

export type RangeRead =
  | { readonly period: Period; readonly mistakes: readonly [] }
  /** Mistakes are sentences for the page; they don't repeat any input. */
  | { readonly period: undefined; readonly mistakes: readonly string[] };

/**
 * Reads `range`, or `from` and `to`, from an address; the default is the last 24 hours.
 * `from` and `to` are dates or RFC 3339 times, UTC unless they say otherwise, and are
 * widened to whole hours; a date as `to` means until that day's end. `byMinuteSince` is
 * what the store's `countedByMinuteSince` resolves to.
 */
export function readRange(
  params: URLSearchParams,
  now: number,
  byMinuteSince = 0,
): RangeRead {
  const given = (name: string): string => params.get(name)?.trim() ?? "";
  const names = ["range", "from", "to"];
  if (names.some((name) => params.getAll(name).length > 1))
    return wrong("The address gives the range twice.");
  const range = given("range");
  const from = given("from");
  const to = given("to");
  if (from === "" && to === "") {
    const name = range === "" ? DEFAULT_RANGE : range;
    if (!isRangeName(name))
      return wrong("The range must be one of 1h, 24h, 7d, 30d and 90d.");
    return { period: namedPeriod(name, now, byMinuteSince), mistakes: [] };
  }
  if (range !== "")
    return wrong("The address gives the range by its name and by its ends.");
  return readEnds(from, to, now);
}

function isRangeName(text: string): text is RangeName {
  return Object.hasOwn(NAMED, text);
}

/**
 * Returns the named range that ends with the current minute at `now`. It starts with a
 * whole hour if not everything was counted by the minute.
 */
export function namedPeriod(
  name: RangeName,
  now: number,
  byMinuteSince = 0,
): Period {
  const { words, lengthMs, spanMs, grainMs } = NAMED[name];
  const to = endOfMinute(now);
  const minute = to - lengthMs;
  const from = floor(minute, minute < byMinuteSince ? HOUR_MS : grainMs);
  const range = { from, to };
  return {
    address: { range: name },
    label: `Last ${words}`,
    when: `in the last ${words}`,
    before: `the ${words} before`,
    range,
    beforeRange: earlier(range, lengthMs),
    spanMs,
    terms: rangeTerms(range, now),
  };
}

/** Returns the conditions of a list of the messages first seen in `range`. A range that reaches to now has no end. */
export function rangeTerms({ from, to }: TimeRange, now: number): RangeTerms {
  return [["after", from], ...(to > now ? [] : [["before", to] as const])];
}

/** Returns the spans of a period's bars, oldest first, each cut to the range. */
export function spansOf({ range, spanMs }: Period): readonly TimeRange[] {
  const spans: TimeRange[] = [];
  for (let at = floor(range.from, spanMs); at < range.to; at += spanMs) {
    spans.push({
      from: Math.max(at, range.from),
      to: Math.min(at + spanMs, range.to),
    });
  }
  return spans;
}

function readEnds(fromText: string, toText: string, now: number): RangeRead {
  const mistakes: string[] = [];
  const fromRead = readEnd(fromText);
  const toRead = toText === "" ? { at: now, isDate: false } : readEnd(toText);
  for (const [name, text, read] of [
    ["from", fromText, fromRead],
    ["to", toText, toRead],
  ] as const) {
    if (text === "" && name === "from")
      mistakes.push("The range has an end, but no beginning: give from too.");
    else if (read === undefined)
      mistakes.push(
        `The range’s ${name} is no date such as 2026-11-01, and no time such as 2026-11-01T09:00:00Z.`,
      );
  }
  if (fromRead === undefined || toRead === undefined) return wrong(...mistakes);

  const end = toRead.at + (toRead.isDate ? DAY_MS : 0);
  const from = floor(fromRead.at, HOUR_MS);
  if (from > now) return wrong("The range begins in the future.");
  if (end <= fromRead.at) return wrong("The range ends before it begins.");
  const to = Math.min(ceil(end, HOUR_MS), endOfMinute(now));
  if (to - from > RANGE_DAYS_MAX * DAY_MS)
    return wrong(`The range is longer than ${RANGE_DAYS_MAX} days.`);
  const address = { from: fromText, ...(toText !== "" && { to: toText }) };
  return { period: givenPeriod({ from, to }, address, now), mistakes: [] };
}

function givenPeriod(
  range: TimeRange,
  address: RangeAddress,
  now: number,
): Period {
  const { from, to } = range;
  const hours = Math.ceil((to - from) / HOUR_MS);
  const spanHours =
    SPAN_HOURS.find((each) => hours / each <= SPANS_MAX) ??
    Math.ceil(hours / SPANS_MAX);
  const label = rangeWords(range);
  // An unfinished period is compared with the same time of day.
  const isUnderWay = to === endOfMinute(now);
  const lengthMs = isUnderWay ? ceil(to - from, DAY_MS) : to - from;
  const length = lengthWords(lengthMs / HOUR_MS);
  const isCut = lengthMs > to - from;
  return {
    address,
    label,
    when: `in ${label}`,
    before: `the ${isCut ? "same part of the " : ""}${length} before`,
    range,
    beforeRange: earlier(range, lengthMs),
    spanMs: spanHours * HOUR_MS,
    terms: rangeTerms(range, now),
  };
}

function earlier({ from, to }: TimeRange, ms: number): TimeRange {
  return { from: from - ms, to: to - ms };
}

/** `2026-11-01` or an RFC 3339 time; undefined for anything else. */
function readEnd(
  text: string,
): { readonly at: number; readonly isDate: boolean } | undefined {
  const isDate = isDay(text);
  if (!isDate && !/^\d{4}-\d\d-\d\dT/i.test(text)) return undefined;
  // An unescaped plus sign arrives as a space.
  const at = readTime(text.replace(" ", "+"), 0);
  return at === undefined ? undefined : { at, isDate };
}

/** `1 Nov 2026 – 20 Nov 2026`, both days included; with hours if an end isn't midnight. */
export function rangeWords({ from, to }: TimeRange): string {
  if (from % DAY_MS === 0 && to % DAY_MS === 0) {
    const [first, last] = [dayWords(from), dayWords(to - DAY_MS)];
    return first === last ? first : `${first} – ${last}`;
  }
  return `${hourWords(from)} – ${hourWords(to)} UTC`;
}

export function hourWords(at: number): string {
  return `${dayWords(at)}, ${new Date(at).toISOString().slice(11, 16)}`;
}

const dayFormat = lazy(
  () =>
    new Intl.DateTimeFormat("en-GB", {
      day: "numeric",
      month: "short",
      year: "numeric",
      timeZone: "UTC",
    }),
);

function dayWords(at: number): string {
  return dayFormat().format(at);
}

export function lengthWords(hours: number): string {
  const [count, noun] =
    hours % 24 === 0 ? [hours / 24, "day"] : [hours, "hour"];
  return count === 1 ? noun : `${count} ${noun}s`;
}

function wrong(...mistakes: readonly string[]): RangeRead {
  return { period: undefined, mistakes };
}

function floor(at: number, grainMs: number): number {
  return Math.floor(at / grainMs) * grainMs;
}

function ceil(at: number, grainMs: number): number {
  return Math.ceil(at / grainMs) * grainMs;
}
