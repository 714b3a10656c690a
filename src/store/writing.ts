import type { Distribution } from "./distribution.ts";

/** How writing is doing, as seen by whoever waits for the writer. */
export type Writing = {
  /** Events waiting for a commit or in one. */
  readonly waitingEvents: number;
  /** The maximum, beyond which a callback is answered 503. */
  readonly waitingEventsMax: number;
  /** How long the oldest of them has waited; 0 when there are none. */
  readonly oldestWaitMs: number;
  /** Since the start: seconds until a batch of events was on disk. */
  readonly commitSeconds: Distribution;
  /** Since the start: events in each committed batch. */
  readonly batchEvents: Distribution;
  /** Batches that couldn't be committed. */
  readonly failedBatches: number;
};
