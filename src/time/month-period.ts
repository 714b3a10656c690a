import { endOfMinute } from "./filter-times.ts";
import { lazy } from "../words/lazy.ts";
import { rangeTerms, type Period } from "./time-range.ts";

const DAY_MS = 24 * 3_600_000;

/** A calendar month, such as `2026-11`, UTC. */
export type Month = {
  readonly name: string;
  /** `November 2026`. */
  readonly words: string;
  readonly from: number;
  readonly to: number;
};

const format = lazy(
  () =>
    new Intl.DateTimeFormat("en-GB", {
      month: "long",
      year: "numeric",
      timeZone: "UTC",
    }),
);

/** The month `ago` months before the one of a time. */
export function monthOf(at: number, ago = 0): Month {
  const date = new Date(at);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() - ago];
  const from = Date.UTC(year, month);
  return {
    name: new Date(from).toISOString().slice(0, 7),
    words: format().format(from),
    from,
    to: Date.UTC(year, month + 1),
  };
}

function dayText(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** Reads a month's name; undefined if there is no such month, or if it hasn't begun. */
export function readMonth(name: string, now: number): Month | undefined {
  if (!/^\d{4}-(?:0[1-9]|1[0-2])$/.test(name)) return undefined;
  const from = Date.parse(`${name}-01T00:00:00Z`);
  return from >= 0 && from <= now ? monthOf(from) : undefined;
}

/**
 * A month's period, in days; up to now while it's under way. It's compared with the month
 * before, up to the same day and time, or that month's end.
 */
export function monthPeriod(month: Month, now: number): Period {
  const before = monthOf(month.from, 1);
  const isUnderWay = now < month.to;
  const range = {
    from: month.from,
    to: isUnderWay ? endOfMinute(now) : month.to,
  };
  const sameEnd = before.from + (range.to - range.from);
  return {
    address: { from: dayText(month.from), to: dayText(month.to - DAY_MS) },
    label: month.words,
    when: `in ${month.words}`,
    before: isUnderWay ? `${before.words}, to the same day` : before.words,
    range,
    beforeRange: {
      from: before.from,
      to: isUnderWay ? Math.min(sameEnd, before.to) : before.to,
    },
    spanMs: DAY_MS,
    terms: rangeTerms(range, now),
  };
}
