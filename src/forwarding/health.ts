import { probeDelay, type Random } from "./schedule.ts";

/** With this many failures in a row, of several items, a target is down. */
const DOWN_AFTER = 10;
const DOWN_ITEMS_MIN = 2;

/**
 * Whether a target can be reached. One that is down is only probed, more and more rarely, and
 * one that asked to be left alone is.
 */
export class Health {
  readonly #random: Random;
  /** Since when every attempt has failed, by the machine's clock. */
  failingSince: number | undefined;
  #failures = 0;
  readonly #failed = new Set<string>();
  /** How often it was tried since it's down, before the latest time; undefined while it isn't. */
  #probes: number | undefined;
  /** By a clock that nobody sets. */
  #quietUntil = 0;

  /**
   * With `failingSince`, nothing has succeeded before the server was restarted, so it's down from
   * the start: a receiver that can't be reached isn't tried many times at each restart.
   */
  constructor(random: Random, failingSince: number | undefined) {
    this.#random = random;
    this.failingSince = failingSince;
    if (failingSince !== undefined) this.#probes = -1;
  }

  get isDown(): boolean {
    return this.#probes !== undefined;
  }

  /** Whether nothing may be sent now. */
  isQuiet(elapsed: number): boolean {
    return elapsed < this.#quietUntil;
  }

  hold(elapsed: number, ms: number): void {
    this.#quietUntil = Math.max(this.#quietUntil, elapsed + ms);
  }

  /** Returns whether it was down until now. */
  succeeded(): boolean {
    const wasDown = this.isDown;
    this.failingSince = undefined;
    this.#failures = 0;
    this.#failed.clear();
    this.#probes = undefined;
    return wasDown;
  }

  /** Notes a failure of the item with this key; returns whether it's down from now on. */
  failed(
    key: string,
    isResponding: boolean,
    now: number,
    elapsed: number,
  ): boolean {
    const wasDown = this.isDown;
    // A later time is of a clock that was ahead.
    this.failingSince = Math.min(this.failingSince ?? now, now);
    this.#failures++;
    if (this.#failed.size < DOWN_ITEMS_MIN) this.#failed.add(key);
    const goesDown =
      this.#failures >= DOWN_AFTER && this.#failed.size >= DOWN_ITEMS_MIN;
    if (!wasDown && !goesDown) return false;
    this.#probes = (this.#probes ?? -1) + 1;
    this.hold(elapsed, probeDelay(this.#probes, isResponding, this.#random));
    return !wasDown;
  }
}
