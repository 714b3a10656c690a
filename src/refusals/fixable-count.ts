import { isWithin } from "../time/clock.ts";

const MINUTE_MS = 60_000;
/** The notice of refused callbacks disappears this long after the last one. */
export const NOTICE_MINUTES = 60;
const NOTICE_MS = NOTICE_MINUTES * MINUTE_MS;

type Stored = { readonly lastAt: number; readonly times: number };

/** Counts the refusals of the last hour that need action: this server's by the minute, and those that all nodes stored. */
export class FixableCount {
  readonly #byMinute = new Map<number, number>();
  #stored: readonly Stored[] = [];
  #seenAt = 0;

  /** Adds refusals, unless they were marked as seen before they were counted. */
  add(at: number, times: number): void {
    const isSeen = at <= this.#seenAt && isWithin(NOTICE_MS, at, this.#seenAt);
    if (isSeen || times === 0) return;
    const minute = Math.floor(at / MINUTE_MS);
    this.#byMinute.set(minute, (this.#byMinute.get(minute) ?? 0) + times);
  }

  lately(now: number): number {
    const current = Math.floor(now / MINUTE_MS);
    let sum = 0;
    for (const [minute, times] of this.#byMinute) {
      if (isWithin(NOTICE_MINUTES, minute, current)) sum += times;
      else this.#byMinute.delete(minute);
    }
    const stored = this.#stored
      .filter(({ lastAt }) => isWithin(NOTICE_MS, lastAt, now))
      .reduce((total, { times }) => total + times, 0);
    // What this server counted is stored a moment later.
    return Math.max(sum, stored);
  }

  /** Takes over what is stored, and when a node marked everything as seen. */
  recall(stored: readonly Stored[], seenAt: number): void {
    if (seenAt > this.#seenAt) this.markSeen(seenAt);
    this.#stored = stored;
  }

  /** Marks everything until now as seen. */
  markSeen(now: number): void {
    this.#seenAt = now;
    this.#byMinute.clear();
    this.#stored = [];
  }
}
