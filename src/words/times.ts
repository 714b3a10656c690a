import { lazy } from "./lazy.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/**
 * How long ago, in words; a date once a week has passed, or for a time that a wrong clock
 * put more than a day ahead. times.js says the same in the browser.
 */
export function ago(then: number, now: number): string {
  if (then - now > DAY_MS) return new Date(then).toISOString().slice(0, 10);
  const passed = Math.max(0, now - then);
  if (passed < MINUTE_MS) return "just now";
  if (passed < HOUR_MS) return `${Math.floor(passed / MINUTE_MS)} min ago`;
  if (passed < DAY_MS) return `${Math.floor(passed / HOUR_MS)} h ago`;
  if (passed < 7 * DAY_MS) return `${Math.floor(passed / DAY_MS)} d ago`;
  return new Date(then).toISOString().slice(0, 10);
}

/** `2026-11-23 14:02:11` and, on request, milliseconds; UTC. */
export function utc(time: number, withMilliseconds = false): string {
  const text = new Date(time).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, withMilliseconds ? 23 : 19)}`;
}

const minuteFormat = lazy(
  () =>
    new Intl.DateTimeFormat("en-GB", {
      dateStyle: "medium",
      timeStyle: "short",
      timeZone: "UTC",
    }),
);

/** `3 Nov 2026, 14:00`; UTC. */
export function minuteWords(time: number): string {
  return minuteFormat().format(time);
}

/** How much later than the event before: `+850 ms`, `+2.4 s`, `+3 min 5 s`, `+2 h 10 min`. */
export function gap(ms: number): string {
  if (ms < 1000) return `+${Math.max(0, Math.round(ms))} ms`;
  if (ms < MINUTE_MS) return `+${(ms / 1000).toFixed(1)} s`;
  const [unit, name, part, partName]: [number, string, number, string] =
    ms < HOUR_MS
      ? [MINUTE_MS, "min", 1000, "s"]
      : ms < DAY_MS
        ? [HOUR_MS, "h", MINUTE_MS, "min"]
        : [DAY_MS, "d", HOUR_MS, "h"];
  const rest = Math.floor((ms % unit) / part);
  const whole = `+${Math.floor(ms / unit)} ${name}`;
  return rest === 0 ? whole : `${whole} ${rest} ${partName}`;
}
