import { constants, setPriority } from "node:os";
import { fileURLToPath } from "node:url";

/**
 * What runs this program, without arguments. In a compiled program every module has the
 * address of the program itself.
 */
export const PROGRAM: readonly string[] = import.meta.url.endsWith(
  "/own-command.ts",
)
  ? [process.execPath, fileURLToPath(new URL("../main.ts", import.meta.url))]
  : [process.execPath];

/** Set for a process that another one of this program watches, ends and cleans up after. */
export const WORKER = "SMSLEDGER_WORKER";

const REASON_CHARS_MAX = 300;

/**
 * Runs a command of this program as a process of its own, which gives way to this one.
 * Resolves to undefined when it did what it should, and else to the line with which it
 * said why not. It is killed when `signal` is aborted.
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
    // It has ended already, or runs as well at the usual priority.
  }
  const said = await new Response(child.stderr).text();
  const status = await child.exited;
  signal.removeEventListener("abort", kill);
  if (status === 0) return undefined;
  const [line = ""] = said.trim().split("\n");
  // What it says in plain sentences ends in a full stop; a mistake of ours doesn't.
  return status === 1 && /^\P{C}+\.$/u.test(line)
    ? line.slice(0, REASON_CHARS_MAX)
    : "The backup stopped unexpectedly. Run smsledger backup to see why.";
}
