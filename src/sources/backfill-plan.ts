import type { BackfillNote } from "../store/twilio-reading.ts";
import { dayAfter, dayOf, daysFrom } from "./gmt-days.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** How long after its end a day is read: most messages are final by then. */
const AFTER_DAY_MS = HOUR_MS;
/** A server that was away for less was only restarted. */
const DOWN_MS = 600_000;
/** A day is read again after this many days, because prices come late. */
const AGAIN_AFTER_DAYS = [1, 3, 7];
/** Twilio keeps messages longer, but whoever was away for a year had better say what to read. */
const DAYS_MAX = 400;

/**
 * Which days a server reads without being asked: each one that is over, once; and those in
 * which no server was running, up to now. Before the first server with a key, only the last
 * day that is over. Returns them with the note to keep, and the days to read again for their
 * prices, if they were read before. Days before `firstKept` are past retention: whatever was
 * received of them is deleted, and would seem to be missing.
 */
export function plannedDays(
  note: BackfillNote | undefined,
  now: number,
  firstKept = "",
): {
  readonly days: readonly string[];
  readonly again: readonly string[];
  readonly note: BackfillNote;
} {
  const over = dayOf(now - DAY_MS - AFTER_DAY_MS);
  const daily =
    note === undefined ? [] : daysFrom(dayAfter(throughOf(note, over)), over);
  const wasDown = note !== undefined && now - note.aliveAt > DOWN_MS;
  const down = wasDown ? daysFrom(dayOf(note.aliveAt), dayOf(now)) : [];
  const days = [...new Set([...daily, ...down])].toSorted().slice(-DAYS_MAX);
  const failure = note?.failure ?? null;
  const again = daily.flatMap((day) =>
    AGAIN_AFTER_DAYS.map((each) => dayOf(Date.parse(day) - each * DAY_MS)),
  );
  return {
    days: days.filter((day) => day >= firstKept),
    again: [...new Set(again)].filter(
      (day) => day >= firstKept && !days.includes(day),
    ),
    note: { aliveAt: now, dailyThrough: over, failure },
  };
}

/** Days after the last one that is over were noted by a clock that was ahead: that one is read again. */
function throughOf({ dailyThrough }: BackfillNote, over: string): string {
  return dailyThrough <= over ? dailyThrough : dayOf(Date.parse(over) - DAY_MS);
}
