import { readFileSync } from "node:fs";

const WATCH_EVERY_MS = 500;
const ANCESTORS_MAX = 10;

/** `npx …`, `npm exec …`, `bun run …`, or node with one of these. */
const RUNNER =
  /^(?:\S*\/)?(?:node \S*\/)?(?:npm|npx|pnpm|pnpx|yarn|bun|bunx)\b/;
const SHELL = /^(?:\S*\/)?(?:sh|bash|dash|ash|zsh) /;

/**
 * Calls `onGone` once when this process was started through a package runner that has
 * ended since: runners like `npx` don't pass every signal on, and would leave a server
 * running that nobody sees. Until then, or until `stopping`, it looks twice a second.
 */
export function watchRunner(onGone: () => void, stopping: AbortSignal): void {
  if (process.env["npm_lifecycle_event"] === undefined) return;
  const runners = runnersAbove();
  const { ppid } = process;
  const timer = setInterval(() => {
    const isIntact =
      process.ppid === ppid &&
      runners.every(({ pid, parent }) => parentOf(pid) === parent);
    if (isIntact) return;
    clearInterval(timer);
    onGone();
  }, WATCH_EVERY_MS);
  timer.unref();
  stopping.addEventListener("abort", () => clearInterval(timer));
}

type Link = { readonly pid: number; readonly parent: number };

/**
 * The processes between this one and the topmost runner, each with its parent. When one
 * ends, its child gets another parent. What started the runner may end, as scripts do.
 */
function runnersAbove(): readonly Link[] {
  const links: Link[] = [];
  let upToRunner = 0;
  let pid = process.ppid;
  for (let above = 0; above < ANCESTORS_MAX; above++) {
    const command = commandOf(pid);
    const parent = parentOf(pid);
    if (command === undefined || parent === undefined) break;
    if (RUNNER.test(command)) upToRunner = links.length;
    else if (!SHELL.test(command)) break;
    links.push({ pid, parent });
    pid = parent;
  }
  return links.slice(0, upToRunner);
}

/** Undefined when there is no such process, or the system doesn't say. */
function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name, in brackets, may have anything in it.
    const [, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return Number(parent);
  } catch {
    return undefined;
  }
}

function commandOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return undefined;
  }
}
