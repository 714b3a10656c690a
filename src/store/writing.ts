import type { Distribution } from "./distribution.ts";

/** How writing goes, as the thread sees it that waits for the writer. */
export type Writing = {
  /** Events that wait for a commit or are in one. */
  readonly waitingEvents: number;
  /** How many may wait before a callback is answered 503. */
  readonly waitingEventsMax: number;
  /** How long the one that came first has waited; 0 when none does. */
  readonly oldestWaitMs: number;
  /** Since the start: seconds from handing a batch of events over until it was on disk. */
  readonly commitSeconds: Distribution;
  /** Since the start: events of each batch that was committed. */
  readonly batchEvents: Distribution;
  /** Batches that could not be committed. */
  readonly failedBatches: number;
};
