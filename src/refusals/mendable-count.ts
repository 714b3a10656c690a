import { isWithin } from "../time/clock.ts";

const MINUTE_MS = 60_000;
/** A notice of refusals goes away by itself this long after the last one. */
export const NOTICE_MINUTES = 60;
const NOTICE_MS = NOTICE_MINUTES * MINUTE_MS;

/** How many refusals that the team can mend came within the last hour; kept by the minute. */
export class MendableCount {
  readonly #byMinute = new Map<number, number>();
  #seenAt = 0;

  /** Those that were marked as seen before they were counted stay so. */
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
    return sum;
  }

  /** All until now are seen. */
  markSeen(now: number): void {
    this.#seenAt = now;
    this.#byMinute.clear();
  }
}
