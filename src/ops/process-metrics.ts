import { readdir } from "node:fs/promises";
import { alone, type Metrics } from "./metric-kinds.ts";

/** Process metrics, under the names that Prometheus' own clients use. */
export function addProcessMetrics(metrics: Metrics): void {
  const startedAt = Date.now() / 1_000 - process.uptime();
  metrics.gauge({
    name: "process_start_time_seconds",
    help: "When the process was started, in seconds since 1970.",
    read: () => alone(startedAt),
  });
  metrics.counter({
    name: "process_cpu_seconds_total",
    help: "Processor time used, by the program and for it.",
    read: () => {
      const { user, system } = process.cpuUsage();
      return alone((user + system) / 1_000_000);
    },
  });
  metrics.gauge({
    name: "process_resident_memory_bytes",
    help: "Memory in use.",
    read: () => alone(process.memoryUsage.rss()),
  });
  metrics.gauge({
    name: "process_open_fds",
    help: "Open files and connections; only where the system has /proc.",
    read: async () => alone(await openFiles()),
  });
}

async function openFiles(): Promise<number | undefined> {
  try {
    // Reading the folder opens one more.
    return (await readdir("/proc/self/fd")).length - 1;
  } catch {
    return undefined;
  }
}
