import { constants, setPriority } from "node:os";
import { fileURLToPath } from "node:url";

/**
 * The command that runs this program, without arguments. In a compiled program, every
 * module has the program's own address.
 */
export const PROGRAM: readonly string[] = import.meta.url.endsWith(
  "/own-command.ts",
)
  ? [process.execPath, fileURLToPath(new URL("../main.ts", import.meta.url))]
  : [process.execPath];

/** Set for a process that another process of this program watches, ends, and cleans up after. */
export const WORKER = "SMSLEDGER_WORKER";

const REASON_CHARS_MAX = 300;

/**
 * Runs a command of this program as its own process with low priority. Resolves to
 * undefined if it succeeded, and otherwise to the line that says why it didn't. It's
 * killed when `signal` is aborted.
 */
export async function runOwnCommand(
  args: readonly string[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const child = Bun.spawn([...PROGRAM, ...args], {
    env: { [WORKER]: "1" },
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
  });
  const kill = (): void => child.kill("SIGKILL");
  signal.addEventListener("abort", kill);
  if (signal.aborted) kill();
  try {
    setPriority(child.pid, constants.priority.PRIORITY_LOW);
  } catch {
    // It has already ended, or it can also run at normal priority.
  }
  const said = await new Response(child.stderr).text();
  const status = await child.exited;
  signal.removeEventListener("abort", kill);
  if (status === 0) return undefined;
  const [line = ""] = said.trim().split("\n");
  // Its plain sentences end with a period; a bug's output doesn't.
  return status === 1 && /^\P{C}+\.$/u.test(line)
    ? line.slice(0, REASON_CHARS_MAX)
    : "The backup stopped unexpectedly. Run smsledger backup to see why.";
}
