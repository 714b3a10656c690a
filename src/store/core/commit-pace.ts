/** Batches that the writer has at a time: it starts on the second while the first is being answered. */
const BATCHES_IN_FLIGHT_MAX = 2;
/** A commit that takes longer than this, and than its events' own work, waits for the disk. */
const SLOW_MS = 10;
const WORK_MS_PER_EVENT = 0.1;
/** How long the next batch is waited for after a slow commit, as a share of that commit and at most. */
const PAUSE_SHARE = 0.1;
const PAUSE_MS_MAX = 25;

/**
 * How batches follow each other. While the disk is fast, one is prepared as the one before
 * it is written. A slow disk takes as long for a big batch as for a small one: then one
 * follows the other, after a moment in which those who were just answered can come back.
 */
export class CommitPace {
  #slowMs = 0;
  #repliedAt = 0;

  get batchesInFlightMax(): number {
    return this.#slowMs > 0 ? 1 : BATCHES_IN_FLIGHT_MAX;
  }

  /** How long to wait before the next batch. */
  get pauseMs(): number {
    return Math.min(this.#slowMs * PAUSE_SHARE, PAUSE_MS_MAX);
  }

  /** Notes a commit of so many events; returns how long it took, without waiting for the one before. */
  committed(events: number, handedOver: number): number {
    const now = performance.now();
    const ms = now - Math.max(handedOver, this.#repliedAt);
    this.#repliedAt = now;
    this.#slowMs = ms > SLOW_MS + events * WORK_MS_PER_EVENT ? ms : 0;
    return ms;
  }
}
