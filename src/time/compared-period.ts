import { isDay, readTime } from "./filter-times.ts";
import {
  hourWords,
  rangeTerms,
  lengthWords,
  type Period,
  type TimeRange,
} from "./time-range.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;

/** The comparison in an address: with the previous period unless it says otherwise. */
export type Compared =
  | { readonly period: Period; readonly mistake: undefined }
  | { readonly period: undefined; readonly mistake: string };

/**
 * Compares a period with another of the same length, measured to the same point: `week` for
 * the same weekdays and hours a week before, or as many weeks as it takes; or the day on
 * which the earlier one begins, at the same time of day.
 */
export function comparedWith(period: Period, text: string): Compared {
  const { from, to } = period.range;
  // Long ranges begin on the hour, so they reach up to an hour into what they are compared with.
  const leastMs = to - from - HOUR_MS;
  if (text === "") return { period, mistake: undefined };
  if (text === "week") {
    const weeks = Math.max(1, Math.ceil(leastMs / WEEK_MS));
    return earlierBy(period, weeks * WEEK_MS, weekWords(weeks, to - from));
  }
  const at = isDay(text) ? readTime(text, 0) : undefined;
  if (at === undefined)
    return wrong("Compare with week, or with a date such as 2026-11-01.");
  const shiftMs = from - (from % DAY_MS) - at;
  if (shiftMs < leastMs || shiftMs <= 0)
    return wrong("The earlier period must end before this one begins.");
  const earlier = { from: from - shiftMs, to: to - shiftMs };
  return earlierBy(period, shiftMs, lengthFrom(earlier));
}

/** `the 7 days from 9 Nov 2026, 10:00 UTC`. */
function lengthFrom({ from, to }: TimeRange): string {
  const hours = Math.max(1, Math.floor((to - from) / HOUR_MS));
  return `the ${lengthWords(hours)} from ${hourWords(from)} UTC`;
}

function weekWords(weeks: number, lengthMs: number): string {
  if (weeks > 1) return `the same weekdays ${weeks} weeks before`;
  return lengthMs <= DAY_MS
    ? "the same hours a week before"
    : "the same days a week before";
}

function earlierBy(period: Period, ms: number, before: string): Compared {
  const { from, to } = period.range;
  const beforeRange = { from: from - ms, to: to - ms };
  return { period: { ...period, before, beforeRange }, mistake: undefined };
}

function wrong(mistake: string): Compared {
  return { period: undefined, mistake };
}

/** Returns the part of a period from a later beginning on, compared with the same part of the previous one. */
export function partFrom(period: Period, from: number, now: number): Period {
  const range = { from, to: period.range.to };
  const since = sinceWords(from);
  const shiftMs = period.range.from - period.beforeRange.from;
  const beforeRange = { from: from - shiftMs, to: range.to - shiftMs };
  return {
    ...period,
    label: capitalized(since),
    when: since,
    before: lengthFrom(beforeRange),
    range,
    beforeRange,
    terms: rangeTerms(range, now),
  };
}

/** `since 20 Nov 2026, 09:00 UTC`. */
export function sinceWords(from: number): string {
  return `since ${hourWords(from)} UTC`;
}

export function capitalized(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
