/*
 * Judges the machine's clock. A clock can be wrong, and nothing on the machine can
 * tell. So only time that was seen passing counts when something is deleted because of
 * its age: the server reads the clock every hour, and if it has moved by more than a
 * day since, it was set, or the server was off. That gap makes nothing older. And what
 * was recorded while the clock was behind only looks old.
 */

const DAY_MS = 86_400_000;

/** The clock may move by this much between two readings: a server can be off for that long. */
const UNSEEN_MAX_MS = DAY_MS;
/** Beyond this many gaps, the oldest two are merged, with the time between them. */
const GAPS_MAX = 100;

/** The clock moved between two readings, and the time between them wasn't seen passing. */
type Gap = { readonly from: number; readonly to: number };

/** What is known about the clock, across restarts. */
export type ClockRecord = {
  /** The latest time read, except those undone by setting the clock back. */
  readonly seenAt: number;
  /** In order of time. */
  readonly gaps: readonly Gap[];
  /** The last reading. */
  readonly readAt?: number | undefined;
  /** The first reading since the clock was set back to before `seenAt`. */
  readonly setBackAt?: number | undefined;
  /** The latest event at the last reading. */
  readonly eventId?: number | undefined;
  /** Events were recorded while the clock was behind: the oldest time they got, and when the clock was right again. */
  readonly behind?: Behind | undefined;
};

type Behind = { readonly from: number; readonly until?: number | undefined };

export type LastEvent = { readonly id: number; readonly receivedAt: number };

/** Returns the record after another reading, with the latest event. */
export function afterReading(
  record: ClockRecord,
  now: number,
  last?: LastEvent,
): ClockRecord {
  // A clock that is set back to before the end of a gap was wrong since then.
  const undone = record.gaps.find(({ to }) => to > now);
  const gaps = record.gaps.filter(({ to }) => to <= now);
  const seenAt = undone?.from ?? record.seenAt;
  if (now - seenAt > UNSEEN_MAX_MS) gaps.push({ from: seenAt, to: now });
  const next = {
    gaps: atMost(GAPS_MAX, gaps),
    readAt: now,
    eventId: last?.id,
  };
  const setBackAt = Math.min(record.setBackAt ?? now, now);
  // After a day, it counts as right: it may have been ahead from the start.
  if (now >= seenAt || now - setBackAt > DAY_MS)
    return {
      ...next,
      seenAt: now,
      behind: behindAfter(record, seenAt, now, last),
    };
  return {
    ...next,
    seenAt,
    setBackAt,
    behind: behindAfter(record, seenAt, undefined, last),
  };
}

/** Returns `behind` after a reading: a new event with an old time arrived while the clock was behind. */
function behindAfter(
  { eventId, behind }: ClockRecord,
  seenAt: number,
  right: number | undefined,
  last: LastEvent | undefined,
): Behind | undefined {
  const isNew =
    eventId !== undefined && last !== undefined && last.id > eventId;
  if (!isNew || seenAt - last.receivedAt <= DAY_MS)
    return behind && { from: behind.from, until: behind.until ?? right };
  const from = Math.min(last.receivedAt, behind?.from ?? Infinity);
  return { from, until: right };
}

function atMost(max: number, gaps: readonly Gap[]): readonly Gap[] {
  const [first, second, ...rest] = gaps;
  if (first === undefined || second === undefined || gaps.length <= max)
    return gaps;
  return [{ from: first.from, to: second.to }, ...rest];
}

/**
 * Returns the time since which this long was seen passing; never later than `now`
 * minus that. Anything recorded before it is that old.
 */
export function seenBefore(
  { gaps, behind }: ClockRecord,
  now: number,
  ms: number,
): number {
  let at = now;
  let rest = ms;
  for (const { from, to } of gaps.toReversed()) {
    if (to > at) continue;
    if (at - to >= rest) break;
    rest -= at - to;
    at = from;
  }
  const since = at - rest;
  return behind !== undefined && since < (behind.until ?? Infinity)
    ? Math.min(since, behind.from)
    : since;
}

/**
 * Reports whether two times are less than this apart. Compared with now, something is
 * also over if the clock was set back before it, not only when its time has come.
 */
export function isWithin(ms: number, one: number, other: number): boolean {
  return Math.abs(one - other) < ms;
}

/** Reports whether the clock was set back by more than a day. */
export function wasSetBack(
  { seenAt, readAt = seenAt }: ClockRecord,
  now: number,
): boolean {
  return readAt - now > DAY_MS;
}

/** Reports whether a clock that reads `now` may be ahead, because nothing arrived for so long. */
export function mayBeAhead(now: number, latestEventAt: number): boolean {
  return now - latestEventAt > DAY_MS;
}
