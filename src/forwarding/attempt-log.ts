import type { NewAttempt, Target } from "../store/outbox.ts";
import type { Job } from "./job.ts";
import type { Random } from "./schedule.ts";
import type { Outcome } from "./target.ts";

/** Of the items of one job. */
const LOGGED_TOGETHER_MAX = 200;
/** How long an attempt waits to be written down, at most, */
const WAIT_MS = 1_000;
/** and how many wait until the next save takes them. */
const MANY = 32;
/** With this many, they don't wait for other things to save. */
const TOO_MANY = 256;
/** Attempts that are written between two trims of the log. */
const TRIM_EVERY = 100;

/**
 * The attempts of one target that aren't written down yet. They are written many at a time,
 * for their rows and those of their indexes are on far more pages than what must be saved
 * at once, and callbacks wait while pages are copied. A crash loses the last second of them.
 */
export class AttemptLog {
  readonly #target: Target;
  #attempts: NewAttempt[] = [];
  /** When the oldest of them was added. */
  #since = 0;
  #isUrgent = false;
  #untrimmed: number;

  constructor(target: Target, random: Random) {
    this.#target = target;
    // At different times for each target, as trimming all in one save would take long.
    this.#untrimmed = Math.floor(random() * TRIM_EVERY);
  }

  get isEmpty(): boolean {
    return this.#attempts.length === 0;
  }

  /** Whether somebody may be waiting to see what is in it, or it gets long. */
  get mustBeTaken(): boolean {
    return this.#isUrgent || this.#attempts.length >= TOO_MANY;
  }

  /** Whether it's time to write it down. */
  mayBeTaken(elapsed: number): boolean {
    return (
      this.#attempts.length >= MANY ||
      (!this.isEmpty && elapsed - this.#since >= WAIT_MS)
    );
  }

  /** What arrived together is logged for each item, so that each is known to have arrived. */
  add(job: Job, outcome: Outcome, at: number, elapsed: number): void {
    const { durationMs, response, requestHeaders, status } = outcome;
    const logged = outcome.ok ? LOGGED_TOGETHER_MAX : 1;
    if (this.isEmpty) this.#since = elapsed;
    for (const { item, attempts } of job.items.slice(0, logged))
      this.#attempts.push({
        target: this.#target,
        at,
        isSuccess: outcome.ok,
        kind: job.kind,
        type: job.type,
        item,
        attempt: attempts + 1,
        durationMs: Math.round(durationMs),
        status,
        error: outcome.ok ? null : outcome.error,
        response,
        requestHeaders,
      });
    this.#isUrgent ||= !outcome.ok || job.kind === "test";
  }

  /** Takes all of it. */
  take(): { readonly attempts: NewAttempt[]; readonly trims: boolean } {
    const attempts = this.#attempts;
    this.#attempts = [];
    this.#isUrgent = false;
    this.#untrimmed += attempts.length;
    const trims = this.#untrimmed >= TRIM_EVERY;
    if (trims) this.#untrimmed = 0;
    return { attempts, trims };
  }
}
