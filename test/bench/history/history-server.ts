import { join } from "node:path";
import {
  startProcess,
  type ServerProcess,
} from "../../faults/server-process.ts";

/** Starts the real program on a made-up history, at the time `now` in milliseconds since 1970. */
export function serveHistory(
  file: string,
  now: number,
  env: Record<string, string> = {},
): Promise<ServerProcess> {
  return startProcess(file, {
    ...historyEnv(now),
    LOG_LEVEL: "info",
    ...env,
  });
}

/** Returns the environment in which the program's clock continues from `now`. */
export function historyEnv(now: number): Record<string, string> {
  return {
    BUN_OPTIONS: `--preload=${join(import.meta.dir, "clock.ts")}`,
    SMSLEDGER_BENCH_NOW: String(now),
  };
}
