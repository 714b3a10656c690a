/** Maximum batches that the writer has: it starts on the second while the first is being answered. */
const BATCHES_IN_FLIGHT_MAX = 2;
/** A commit that takes longer than this, plus its events' own work, waits for the disk. */
const SLOW_MS = 10;
const WORK_MS_PER_EVENT = 0.1;
/** The pause after a slow commit, as a share of it, and its maximum. */
const PAUSE_SHARE = 0.1;
const PAUSE_MS_MAX = 25;

/**
 * How batches follow each other. While the disk is fast, one is prepared as the one before
 * it is written. A slow disk takes as long for a big batch as for a small one: then batches
 * are written one by one, after a pause in which the callers just answered can return.
 */
export function createCommitPace() {
  let slowMs = 0;
  let repliedAt = 0;
  return {
    batchesInFlightMax: (): number => (slowMs > 0 ? 1 : BATCHES_IN_FLIGHT_MAX),
    pauseMs: (): number => Math.min(slowMs * PAUSE_SHARE, PAUSE_MS_MAX),
    /** Records a commit of this many events; returns how long it took after the one before. */
    committed(events: number, handedOver: number): number {
      const now = performance.now();
      const ms = now - Math.max(handedOver, repliedAt);
      repliedAt = now;
      slowMs = ms > SLOW_MS + events * WORK_MS_PER_EVENT ? ms : 0;
      return ms;
    },
  };
}
