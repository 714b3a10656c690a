const MINUTE_MS = 60_000;

/** Reports whether this is the name of a time zone, such as `Europe/Berlin`. */
export function isTimeZone(name: string): boolean {
  try {
    // An offset such as +02:00 isn't one: it doesn't know of daylight saving time.
    return /^[A-Za-z]/.test(name) && formatIn(name) !== undefined;
  } catch {
    return false;
  }
}

/** Returns the day in a time zone, as `2026-11-30`. */
export function localDay(zone: string, at: number): string {
  return new Date(at + offsetMs(zone, at)).toISOString().slice(0, 10);
}

/** Returns the minutes since midnight in a time zone. */
export function localMinutes(zone: string, at: number): number {
  const local = new Date(at + offsetMs(zone, at));
  return local.getUTCHours() * 60 + local.getUTCMinutes();
}

/**
 * Returns when clocks in a time zone show this day and these minutes since midnight. A time
 * that daylight saving time skips is as much later; of one that occurs twice, it's the first.
 */
export function instantIn(zone: string, day: string, minutes: number): number {
  const local = Date.parse(`${day}T00:00:00Z`) + minutes * MINUTE_MS;
  // The offsets before and after a change that may be near.
  const before = local - offsetMs(zone, local - 24 * 60 * MINUTE_MS);
  const after = local - offsetMs(zone, local + 24 * 60 * MINUTE_MS);
  const shown = [before, after].filter(
    (at) => at + offsetMs(zone, at) === local,
  );
  return shown.length === 0 ? before : Math.min(...shown);
}

/**
 * Returns the minute after `from`, up to `to`, in which clocks in a time zone are set forward or
 * back; undefined if they aren't. At most one change is found.
 */
export function clockChange(
  zone: string,
  from: number,
  to: number,
): number | undefined {
  const before = offsetMs(zone, from);
  if (offsetMs(zone, to) === before) return undefined;
  let last = Math.floor(from / MINUTE_MS);
  let first = Math.floor(to / MINUTE_MS);
  while (first - last > 1) {
    const middle = Math.floor((last + first) / 2);
    if (offsetMs(zone, middle * MINUTE_MS) === before) last = middle;
    else first = middle;
  }
  return first * MINUTE_MS;
}

/** How far ahead of UTC clocks in a time zone are. */
function offsetMs(zone: string, at: number): number {
  const parts = Object.fromEntries(
    formatIn(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const { year, month, day, hour, minute, second } = parts;
  const local = Date.parse(
    `${year}-${month}-${day}T${hour}:${minute}:${second}Z`,
  );
  return local - Math.floor(at / 1_000) * 1_000;
}

/** Making one takes a hundred times as long as using it. */
const formats = new Map<string, Intl.DateTimeFormat>();
const FORMATS_MAX = 100;

function formatIn(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  if (formats.size >= FORMATS_MAX) formats.clear();
  const made = newFormat(timeZone);
  formats.set(timeZone, made);
  return made;
}

function newFormat(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat("en-GB", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
}
