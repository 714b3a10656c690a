import { readFileSync } from "node:fs";
import { watchRunner } from "./package-runner.ts";

const STOPPING = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;
/** Package runners pass on a Ctrl-C that the terminal has already sent: the same wish, twice. */
const ECHO_MS = 1_000;

/**
 * Aborted when the system or Ctrl-C asks the process to stop, or the package runner that
 * started it is gone. From then on the process has to end by itself, but a second request,
 * after a second or later, calls `end`. SIGUSR1 and SIGUSR2 are ignored.
 */
export function stopSignal(end = (): void => process.exit(1)): AbortSignal {
  const stop = new AbortController();
  let askedAt: number | undefined;
  const ask = (reason: string): void => {
    const now = performance.now();
    askedAt ??= now;
    if (!stop.signal.aborted) stop.abort(reason);
    else if (now - askedAt >= ECHO_MS) end();
  };
  for (const name of STOPPING)
    if (name !== "SIGHUP" || !isHangupIgnored()) process.on(name, ask);
  for (const name of ["SIGUSR1", "SIGUSR2"] as const)
    process.on(name, () => undefined);
  watchRunner(() => ask("its package runner ended"), stop.signal);
  return stop.signal;
}

/** Whether it was started by nohup, so that it outlives its terminal. */
function isHangupIgnored(): boolean {
  try {
    const status = readFileSync("/proc/self/status", "utf8");
    const [, ignored = "0"] = /^SigIgn:\s*([0-9a-f]+)$/m.exec(status) ?? [];
    return (BigInt(`0x${ignored}`) & 1n) === 1n;
  } catch {
    return false;
  }
}

/** Ends the process at once. `process.exit` would wait for a disk that doesn't answer, to close the database. */
export function endNow(): void {
  process.kill(process.pid, "SIGKILL");
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
