import type { DigestPeriod, DigestSettings } from "../store/digests.ts";
import { instantIn, localDay } from "../time/time-zones.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A digest covers this much at most, also after the server was off for longer. */
const LENGTH_MAX_MS = 31 * DAY_MS;

type When = Pick<DigestSettings, "frequency" | "timeZone" | "hour">;

/**
 * The first time after `at` at which a digest is due, by local clocks: 24 hours later, or 23
 * or 25 when daylight saving time begins or ends. Everything is counted by whole hours of UTC,
 * so where clocks differ from UTC by half an hour, a period ends half an hour earlier.
 */
export function boundaryAfter(when: When, at: number): number {
  for (let days = -1; ; days++) {
    const boundary = boundaryOn(
      when,
      dayLater(localDay(when.timeZone, at), days),
    );
    if (boundary !== undefined && boundary > at) return boundary;
  }
}

/** The last time up to `at` at which a digest was due. */
export function boundaryUpTo(when: When, at: number): number {
  for (let days = 1; ; days--) {
    const boundary = boundaryOn(
      when,
      dayLater(localDay(when.timeZone, at), days),
    );
    if (boundary !== undefined && boundary <= at) return boundary;
  }
}

/** Undefined if none is due on this day. */
function boundaryOn(
  { frequency, timeZone, hour }: When,
  day: string,
): number | undefined {
  const isMonday = new Date(`${day}T00:00:00Z`).getUTCDay() === 1;
  if (frequency === "weekly" && !isMonday) return undefined;
  const at = instantIn(timeZone, day, hour * 60);
  return Math.floor(at / HOUR_MS) * HOUR_MS;
}

function dayLater(day: string, days: number): string {
  const at = Date.parse(`${day}T00:00:00Z`) + days * DAY_MS;
  return new Date(at).toISOString().slice(0, 10);
}

/**
 * The period of the first digest after new settings. If one was sent lately, it begins where
 * that ended, so that no message is left out or counted twice.
 */
export function firstPeriod(
  when: When,
  now: number,
  lastEnd?: number,
): DigestPeriod {
  const dueAt = boundaryAfter(when, now);
  const usual = boundaryUpTo(when, dueAt - 1);
  const isRecent =
    lastEnd !== undefined &&
    lastEnd >= usual - (dueAt - usual) &&
    lastEnd < dueAt;
  return { from: isRecent ? lastEnd : usual, dueAt };
}

/** The period of a digest that is sent at `now`: up to the latest boundary, so that none is missed. */
export function duePeriod(
  when: When & DigestPeriod,
  now: number,
): { readonly from: number; readonly to: number } {
  const to = Math.max(when.dueAt, boundaryUpTo(when, now));
  return { from: Math.max(when.from, to - LENGTH_MAX_MS), to };
}
