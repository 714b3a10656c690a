/**
 * How often someone may guess: `burst` times at once, and once more every `everyMs`. So in
 * any hour there are at most `burst` + an hour / `everyMs` guesses. Only the time at which
 * the limit is whole again is stored (the generic cell rate algorithm).
 */
export type GuessLimit = {
  readonly key: string;
  readonly burst: number;
  /** A whole number. */
  readonly everyMs: number;
};

export type GuessTaken =
  | { readonly taken: readonly GuessLimit[] }
  /** None was taken; the next one is possible at this time, milliseconds since 1970. */
  | { readonly retryAt: number };

/** Returns when a limit is full again after one more guess. */
export function wholeAfterGuess(
  limit: GuessLimit,
  wholeAt: number | undefined,
  now: number,
): number {
  return wholeFrom(limit, wholeAt, now) + limit.everyMs;
}

/** Returns when a limit has a guess left: now or later. */
export function guessLeftAt(
  limit: GuessLimit,
  wholeAt: number | undefined,
  now: number,
): number {
  const { burst, everyMs } = limit;
  return Math.max(now, wholeFrom(limit, wholeAt, now) - (burst - 1) * everyMs);
}

/** Never later than after a whole burst, even when the clock was set back meanwhile. */
function wholeFrom(
  { burst, everyMs }: GuessLimit,
  wholeAt: number | undefined,
  now: number,
): number {
  return Math.min(Math.max(wholeAt ?? now, now), now + burst * everyMs);
}

/**
 * The first of several ways to allow a guess whose limits all have one left, or when one
 * will; see `AccountStore.takeGuess`.
 */
export function chooseLimits(
  ways: readonly (readonly GuessLimit[])[],
  wholeAt: (key: string) => number | undefined,
  now: number,
): GuessTaken {
  const leftAt = (way: readonly GuessLimit[]): number =>
    Math.max(
      ...way.map((limit) => guessLeftAt(limit, wholeAt(limit.key), now)),
    );
  const taken = ways.find((way) => leftAt(way) <= now);
  return taken ? { taken } : { retryAt: Math.min(...ways.map(leftAt)) };
}

/** The key of what one limit took from another; it's removed when the first is given back. */
export function partKey(key: string, of: string): string {
  return `${key} ${of}`;
}
