import type { Writing } from "../store/writing.ts";
import { alone, type Metrics } from "./metric-kinds.ts";

/** The queue for the database, and how fast it writes. */
export function addWritingMetrics(
  metrics: Metrics,
  writing: () => Writing,
): void {
  metrics.gauge({
    name: "smsledger_write_queue_events",
    help: "Events that wait for a commit or are in one.",
    read: () => alone(writing().waitingEvents),
  });
  metrics.gauge({
    name: "smsledger_write_queue_limit_events",
    help: "Events that may wait; past it callbacks are answered 503.",
    read: () => alone(writing().waitingEventsMax),
  });
  metrics.gauge({
    name: "smsledger_write_queue_oldest_seconds",
    help: "How long the event that came first has waited.",
    read: () => alone(writing().oldestWaitMs / 1_000),
  });
  metrics.histogram({
    name: "smsledger_commit_seconds",
    help: "From handing a batch of events over until it was on disk.",
    read: () => alone(writing().commitSeconds),
  });
  metrics.histogram({
    name: "smsledger_batch_events",
    help: "Events of each batch that was committed.",
    read: () => alone(writing().batchEvents),
  });
  metrics.counter({
    name: "smsledger_batches_failed_total",
    help: "Batches that couldn't be committed.",
    read: () => alone(writing().failedBatches),
  });
}
