const MINUTE_MS = 60_000;
/** A notice of refusals goes away by itself this long after the last one. */
export const NOTICE_MINUTES = 60;

/** How many refusals that the team can mend came within the last hour; kept by the minute. */
export class MendableCount {
  readonly #byMinute = new Map<number, number>();
  #seenAt = 0;

  /** Those that were marked as seen before they were counted stay so. */
  add(at: number, times: number): void {
    if (at <= this.#seenAt || times === 0) return;
    const minute = Math.floor(at / MINUTE_MS);
    this.#byMinute.set(minute, (this.#byMinute.get(minute) ?? 0) + times);
  }

  lately(now: number): number {
    const oldest = Math.floor(now / MINUTE_MS) - NOTICE_MINUTES;
    let sum = 0;
    for (const [minute, times] of this.#byMinute) {
      if (minute <= oldest) this.#byMinute.delete(minute);
      else sum += times;
    }
    return sum;
  }

  /** All until now are seen. */
  markSeen(now: number): void {
    this.#seenAt = now;
    this.#byMinute.clear();
  }
}
