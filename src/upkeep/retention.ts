const DAY_MS = 86_400_000;

/**
 * Messages first heard of before this time, milliseconds since 1970, are older than
 * `days` days: a midnight in UTC, so that whole days are kept, and the begun one.
 */
export function retentionCut(now: number, days: number): number {
  return (Math.floor(now / DAY_MS) - days) * DAY_MS;
}
