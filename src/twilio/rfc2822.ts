const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const DATE =
  /^(?:[A-Z][a-z]{2}, )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)$/;

/**
 * Reads a time as Twilio's API writes it, such as `Tue, 01 Dec 2026 11:05:09 +0000`, as
 * milliseconds since 1970; undefined for anything else, and for a day that doesn't exist.
 */
export function parseRfc2822(text: string): number | undefined {
  const match = DATE.exec(text);
  if (match === null) return undefined;
  const [, day, monthName = "", year, hour, minute, second, sign] = match;
  const month = MONTHS.indexOf(monthName);
  const [h, m, s] = [Number(hour), Number(minute), Number(second)];
  const offset = Number(match[8]) * 60 + Number(match[9]);
  if (month === -1 || h > 23 || m > 59 || s > 59 || Number(match[9]) > 59)
    return undefined;
  const at = Date.UTC(Number(year), month, Number(day), h, m, s);
  if (new Date(at).getUTCDate() !== Number(day)) return undefined;
  return at - (sign === "-" ? -1 : 1) * offset * 60_000;
}
