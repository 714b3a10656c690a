const DAY_MS = 86_400_000;

/** The GMT day of a time, such as `2026-11-01`. */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** The days from one to another, both included; none if the first is the later one. */
export function daysFrom(first: string, last: string): string[] {
  const days: string[] = [];
  for (let at = Date.parse(first); at <= Date.parse(last); at += DAY_MS)
    days.push(dayOf(at));
  return days;
}

/** The day after a day. */
export function dayAfter(day: string): string {
  return dayOf(Date.parse(day) + DAY_MS);
}
