import { duration } from "../words/amounts.ts";
import { mayBeAhead, seenBefore } from "../time/clock.ts";
import type { ClockReading } from "../store/upkeep.ts";

const DAY_MS = 86_400_000;

/**
 * Messages first seen before `before`, milliseconds since 1970, are past retention: a
 * midnight in UTC, so that whole days are kept, and the current one. With `pause`,
 * nothing may be deleted now; it says why.
 */
export type RetentionCut =
  { readonly before: number } | { readonly pause: string };

/** Returns what may be deleted at this clock reading: a jump of the clock deletes nothing. */
export function retentionCut(
  { now, record, latestEventAt }: ClockReading,
  days: number,
): RetentionCut {
  if (latestEventAt !== undefined && mayBeAhead(now, latestEventAt))
    return { pause: pauseWords(now, latestEventAt) };
  const seen = seenBefore(record, now, days * DAY_MS);
  const last = Math.min(seen, (latestEventAt ?? now) - days * DAY_MS);
  return { before: midnightOf(last) };
}

/** The same for a clock that's known to be right. */
export function cutByClock(now: number, days: number): number {
  return midnightOf(now) - days * DAY_MS;
}

function midnightOf(at: number): number {
  return Math.floor(at / DAY_MS) * DAY_MS;
}

function pauseWords(now: number, latestEventAt: number): string {
  return (
    `The clock of this machine says ${minute(now)}, ${duration(now - latestEventAt)} after the latest event (${minute(latestEventAt)}). ` +
    "Old messages are kept until events arrive again, in case the clock is wrong. Check it with date."
  );
}

function minute(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
