const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** How long after a failed attempt the next one is made: after the first, the second, … */
export const RETRY_DELAYS: readonly number[] = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];

/** By how much delays vary, so that what failed together isn't tried again together. */
const JITTER = 0.1;

/** A random number from 0 to less than 1. */
export type Random = () => number;

/** Returns how long to wait after this number of failed attempts; undefined after the last one. */
export function retryDelay(
  attempts: number,
  random: Random,
): number | undefined {
  const delay = RETRY_DELAYS[attempts - 1];
  return delay === undefined ? undefined : jittered(delay, random);
}

const NOTICE_DELAY_MAX = 10 * MINUTE;
/** About three days, like those of events. */
const NOTICE_ATTEMPTS_MAX = 450;

/** The same for a notice: it's of use only if it comes soon after its channel is back. */
export function noticeDelay(
  attempts: number,
  random: Random,
): number | undefined {
  if (attempts >= NOTICE_ATTEMPTS_MAX) return undefined;
  const delay = retryDelay(attempts, random) ?? NOTICE_DELAY_MAX;
  return Math.min(delay, jittered(NOTICE_DELAY_MAX, random));
}

const PROBE_DELAY_MIN = 5 * SECOND;
const PROBE_DELAY_MAX = MINUTE;
const RESPONDING_DELAY_MAX = 15 * SECOND;

/**
 * Returns how long to wait before a target that is down is tried again, after `probes` tries.
 * One that responds may only object to some events, so others come sooner.
 */
export function probeDelay(
  probes: number,
  isResponding: boolean,
  random: Random,
): number {
  const max = isResponding ? RESPONDING_DELAY_MAX : PROBE_DELAY_MAX;
  const delay = Math.min(PROBE_DELAY_MIN * 2 ** probes, max);
  return Math.min(jittered(delay, random), max);
}

function jittered(delay: number, random: Random): number {
  return Math.round(delay * (1 + JITTER * (2 * random() - 1)));
}

/** A receiver can ask to be left alone for at most this long. */
const HOLD_MAX = HOUR;

/** Returns how long a `Retry-After` header asks to wait: seconds or a date; null for anything else. */
export function retryAfter(header: string | null, now: number): number | null {
  if (header === null) return null;
  const text = header.trim();
  const ms = /^\d{1,9}$/.test(text)
    ? Number(text) * SECOND
    : Date.parse(text) - now;
  if (Number.isNaN(ms)) return null;
  return Math.min(Math.max(ms, 0), HOLD_MAX);
}

/** Limits a rate: as many tokens a second, and a few at once after a pause. */
export class Pacer {
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #at: number;

  constructor(perSecond: number, elapsed: number) {
    this.#perSecond = perSecond;
    // What two turns of the engine may send together.
    this.#burst = Math.max(1, Math.ceil(perSecond / 5));
    this.#tokens = this.#burst;
    this.#at = elapsed;
  }

  /** Whether there is a token. */
  has(elapsed: number): boolean {
    const gained = ((elapsed - this.#at) / SECOND) * this.#perSecond;
    this.#tokens = Math.min(this.#tokens + gained, this.#burst);
    this.#at = elapsed;
    return this.#tokens >= 1;
  }

  take(): void {
    this.#tokens--;
  }
}
