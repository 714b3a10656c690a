import { say } from "./output.ts";
import { StoreUnusable } from "../store/store.ts";
import { PROGRAM, WORKER } from "../upkeep/own-command.ts";
import { stopSignal } from "./stop-signal.ts";
import { FAILED } from "./exit-status.ts";

/**
 * Runs this command's work in a process of its own. It's one long SQLite call, during
 * which a process can't handle signals; so this one does, ends it, and has `cleanUp`
 * remove what it left. Resolves to the exit status.
 */
export async function inOwnProcess(
  args: readonly string[],
  cleanUp: () => Promise<void>,
  stopped: string,
): Promise<number> {
  const stop = stopSignal();
  const child = Bun.spawn([...PROGRAM, ...args], {
    env: { ...process.env, [WORKER]: "1" },
    stdin: "ignore",
    stdout: "inherit",
    stderr: "inherit",
  });
  const end = (): void => child.kill("SIGTERM");
  stop.addEventListener("abort", end);
  if (stop.aborted) end();
  await child.exited;
  try {
    await cleanUp();
  } catch (error) {
    // The command itself has said why.
    if (!(error instanceof StoreUnusable)) throw error;
  }
  if (child.exitCode !== null) return child.exitCode;
  say(stopped);
  return FAILED;
}

/** Whether this is such a process, or the server's own, which does the same. */
export function isWorker(): boolean {
  return process.env[WORKER] !== undefined;
}

/** From here on no signal ends this process before it's done, which takes only a moment. */
export function finishInPeace(): void {
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(name, () => undefined);
}
