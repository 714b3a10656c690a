import { instantIn, isTimeZone, localDay } from "../time/time-zones.ts";
import { dayAfter, isDay } from "../time/filter-times.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A snooze that ends later than this is better a muted code or a rule that is off. */
export const SNOOZE_DAYS_MAX = 30;

/** Minutes since midnight. */
const MORNING = 9 * 60;

/** How long to snooze, as the page offers it. */
export type SnoozeForm = {
  /** `30m`, `2h`, `tomorrow` or `until`. */
  readonly choice: string;
  /** `2026-11-30T14:30`, for `until`. */
  readonly until: string;
  /** The IANA name of the time zone of `until` and of tomorrow. */
  readonly timeZone: string;
};

/** Returns when a snooze ends, or what is wrong with the form, as a sentence. */
export function snoozeEnd(
  { choice, until, timeZone }: SnoozeForm,
  now: number,
): { readonly at: number } | { readonly mistake: string } {
  const zone = isTimeZone(timeZone) ? timeZone : "UTC";
  switch (choice) {
    case "30m":
      return { at: now + 30 * MINUTE_MS };
    case "2h":
      return { at: now + 2 * HOUR_MS };
    case "tomorrow":
      return { at: instantIn(zone, dayAfter(localDay(zone, now)), MORNING) };
    case "until":
      return givenEnd(until, zone, now);
    default:
      return { mistake: "Choose how long to snooze it." };
  }
}

function givenEnd(
  text: string,
  zone: string,
  now: number,
): { readonly at: number } | { readonly mistake: string } {
  const [, day = "", hours, minutes] =
    /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  if (!isDay(day))
    return { mistake: "Give the day and the time until which to snooze it." };
  const at = instantIn(zone, day, Number(hours) * 60 + Number(minutes));
  if (at <= now) return { mistake: "This time has passed. Give a later one." };
  if (at > now + SNOOZE_DAYS_MAX * DAY_MS)
    return {
      mistake: `An alert can be snoozed for at most ${SNOOZE_DAYS_MAX} days.`,
    };
  return { at };
}
