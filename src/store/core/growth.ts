const HOUR_MS = 3_600_000;

const WEEK_HOURS = 7 * 24;

/** What the events of the last week's messages are among all, whose ids have no gaps; null where there are none. */
export type GrowthFacts = {
  /** The lowest and the highest id of all events. */
  readonly first: number | null;
  readonly last: number | null;
  /** The first hour since 1970 of the last week that has messages, and the id of its first event. */
  readonly since: number | null;
  readonly newest: number | null;
};

/** How many bytes a database grew on an average day of the last week; undefined if that isn't known. */
export function bytesPerDay(
  { first, last, since, newest }: GrowthFacts,
  bytes: number,
  now: number,
): number | undefined {
  if (first === null || last === null || since === null || newest === null)
    return undefined;
  const days = Math.max(1, (now / HOUR_MS - since) / 24);
  return ((last - newest + 1) / days) * (bytes / (last - first + 1));
}

/** The hour since 1970 from which growth is measured. */
export function growthFrom(now: number): number {
  return Math.floor(now / HOUR_MS) - WEEK_HOURS;
}
