import type { Config } from "../config/config.ts";
import { logLinesLost } from "../log/log.ts";
import type { DatabaseFacts } from "../store/database-facts.ts";
import type { Stores } from "../store/stores.ts";
import type { UpkeepState } from "../store/upkeep.ts";
import type { Writing } from "../store/writing.ts";
import type { CallbackCounts } from "../receiver/callback-counts.ts";
import { rememberedFor } from "../time/remembered.ts";
import { addCallbackMetrics } from "./callback-metrics.ts";
import { eventLoopLag } from "./event-loop-lag.ts";
import { alone, Metrics, type Labelled } from "./metric-kinds.ts";
import { addProcessMetrics } from "./process-metrics.ts";
import { addForwardingMetrics } from "./forwarding-metrics.ts";
import type { RequestCounts } from "./request-counts.ts";
import { addChoreMetrics } from "./chore-metrics.ts";
import { addKeeperMetrics } from "./keeper-metrics.ts";
import { addWritingMetrics } from "./writing-metrics.ts";

/** The sources of the metrics' values. */
export type MetricSources = {
  readonly callbacks: CallbackCounts;
  readonly requests: RequestCounts;
  readonly writing: () => Writing;
  /** Undefined if writes currently reach the disk. */
  readonly whyNotReady: () => Promise<string | undefined>;
  /** Milliseconds since 1970; undefined before the first. */
  readonly lastCallbackAt: () => Promise<number | undefined>;
  /** Undefined if the database doesn't respond. */
  readonly rulesUncheckedMs: () => Promise<number | undefined>;
  readonly listeners: () => number;
  readonly exports: () => number;
  readonly upkeep: () => Promise<UpkeepState>;
  readonly store: Pick<Stores, "endpoints" | "keeping" | "outbox">;
  readonly now: () => number;
  readonly database: DatabaseFacts;
  readonly config: Pick<Config, "backupFolder" | "retentionDays">;
  readonly version: string;
  readonly stopping: AbortSignal;
};

/**
 * Everything in `/metrics`. Created on the first request, because servers without
 * Prometheus don't need it; the event loop's lag is only measured from then on.
 */
export function createMetrics(sources: MetricSources): Metrics {
  const metrics = new Metrics();
  addCallbackMetrics(metrics, sources.callbacks, sources.lastCallbackAt);
  addWritingMetrics(metrics, sources.writing);
  addKeeperMetrics(metrics, sources.store);
  addRequestMetrics(metrics, sources.requests);
  addDiskMetrics(metrics, sources.database);
  addChoreMetrics(metrics, sources.config, sources.upkeep);
  metrics.gauge({
    name: "smsledger_alert_rules_check_age_seconds",
    help: "Seconds since the alert rules were last checked, or since the start if that was later. They are checked every minute.",
    read: async () => {
      const ms = await sources.rulesUncheckedMs();
      return alone(ms === undefined ? undefined : ms / 1_000);
    },
  });
  addForwardingMetrics(metrics, sources.store, sources.now);
  addServerMetrics(metrics, sources);
  addProcessMetrics(metrics);
  return metrics;
}

function addRequestMetrics(metrics: Metrics, requests: RequestCounts): void {
  metrics.counter({
    name: "smsledger_http_requests_total",
    help: "Requests but for callbacks, by the route's first word and the answer's status class.",
    labels: ["route", "status"],
    read: () =>
      [...requests.answered].flatMap(([route, classes]) =>
        [...classes].map(([status, count]): Labelled<number> => [
          { route, status },
          count,
        ]),
      ),
  });
  metrics.histogram({
    name: "smsledger_page_seconds",
    help: "How long pages took to make.",
    labels: ["route"],
    read: () =>
      [...requests.pageSeconds].map(([route, seconds]) => [{ route }, seconds]),
  });
}

function addDiskMetrics(metrics: Metrics, database: DatabaseFacts): void {
  // The gauges of a scrape are read at the same time.
  const space = rememberedFor(0, () => database.space());
  metrics.gauge({
    name: "smsledger_database_bytes",
    help: "Size of the database, without its write-ahead log.",
    read: async () => alone((await space()).bytes),
  });
  // A database server's log and disk aren't seen from here.
  if (database.isOnServer) return;
  metrics.gauge({
    name: "smsledger_database_log_bytes",
    help: "Size of its write-ahead log.",
    read: async () => alone((await space()).logBytes),
  });
  metrics.gauge({
    name: "smsledger_disk_free_bytes",
    help: "Free space on the database's disk.",
    read: async () => alone((await space()).disk?.freeBytes),
  });
  metrics.gauge({
    name: "smsledger_disk_size_bytes",
    help: "Size of the database's disk.",
    read: async () => alone((await space()).disk?.totalBytes),
  });
}

function addServerMetrics(
  metrics: Metrics,
  {
    whyNotReady,
    listeners,
    exports,
    database,
    version,
    stopping,
  }: MetricSources,
): void {
  const lag = eventLoopLag(stopping);
  metrics.gauge({
    name: "smsledger_ready",
    help: "1 when a write reached the disk just now, as /readyz says it; else 0.",
    read: async () => alone((await whyNotReady()) === undefined ? 1 : 0),
  });
  metrics.gauge({
    name: "smsledger_live_listeners",
    help: "Open pages that are told of what is recorded.",
    read: () => alone(listeners()),
  });
  metrics.gauge({
    name: "smsledger_exports_running",
    help: "Exports that are being downloaded.",
    read: () => alone(exports()),
  });
  metrics.histogram({
    name: "smsledger_event_loop_lag_seconds",
    help: "How late the thread that answers comes to what is due, since metrics were first read.",
    read: () => alone(lag),
  });
  metrics.counter({
    name: "smsledger_log_lines_lost_total",
    help: "Log lines that couldn't be written: standard output was full, closed, or read too slowly.",
    read: () => alone(logLinesLost()),
  });
  metrics.gauge({
    name: "smsledger_build_info",
    help: "1, with the versions of the program, its runtime and its database.",
    labels: ["version", "bun", "schema"],
    read: () => [
      [
        { version, bun: Bun.version, schema: String(database.schemaVersion) },
        1,
      ],
    ],
  });
}
