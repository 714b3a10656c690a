const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const UNIT_MS: Readonly<Record<string, number>> = {
  m: MINUTE_MS,
  h: HOUR_MS,
  d: DAY_MS,
  w: 7 * DAY_MS,
};

const AGO = /^(\d{1,5})([mhdw])$/i;
const MOMENT =
  /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z|[+-]\d\d:?\d\d)?)?$/i;

/**
 * Reads a time in a filter, in milliseconds since 1970: `2026-11-01`,
 * `2026-11-01T10:00` with Z or an offset (UTC when there is none), or how long before
 * the end of the current minute at `now`: `90m`, `24h`, `7d`, `2w`. So these start
 * with a whole minute, like counts. Undefined for anything else, including dates that
 * don't exist.
 */
export function readTime(text: string, now: number): number | undefined {
  const ago = AGO.exec(text);
  if (ago) {
    const at =
      endOfMinute(now) -
      Number(ago[1]) * (UNIT_MS[ago[2]?.toLowerCase() ?? ""] ?? NaN);
    return at >= 0 ? at : undefined;
  }
  const [, day, clock = "00:00", zone = "Z"] = MOMENT.exec(text) ?? [];
  if (day === undefined || !isDay(day)) return undefined;
  const offset = zone.toUpperCase().replace(/^([+-]\d\d):?(\d\d)$/, "$1:$2");
  const at = Date.parse(`${day}T${clock}${offset}`);
  return Number.isFinite(at) && at >= 0 ? at : undefined;
}

/** Returns when the current minute ends. */
export function endOfMinute(now: number): number {
  return Math.floor(now / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
}

/** Formats a time as short as a filter can: `2026-11-01`, or `2026-11-01T10:00`, or to the millisecond; UTC. */
export function timeText(at: number): string {
  return new Date(at)
    .toISOString()
    .replace(/(?:T00:00:00\.000|:00\.000|\.000)?Z$/, "");
}

/** Reports whether the date exists: `Date` reads February 30 as March 2. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const at = Date.parse(`${text}T00:00:00Z`);
  return Number.isFinite(at) && new Date(at).toISOString().startsWith(text);
}

/** Returns the day that is `days` after another, both as `2026-11-01`. */
export function dayAfter(day: string, days = 1): string {
  const at = Date.parse(`${day}T00:00:00Z`) + days * DAY_MS;
  return new Date(at).toISOString().slice(0, 10);
}
