import { join } from "node:path";
import type { NewEvent } from "../../../src/store/store.ts";
import type { Answer } from "./node-process.ts";

export type Node = AsyncDisposable & {
  readonly pid: number;
  /** Resolves to what each event did. */
  post(events: readonly NewEvent[]): Promise<Answer["outcomes"]>;
  signal(name: "SIGSTOP" | "SIGCONT" | "SIGKILL"): void;
};

/** Starts a node of a database as a process of its own. */
export async function startNode(url: string): Promise<Node> {
  const waiting = new Map<number, (answer: Answer["outcomes"]) => void>();
  const answerTo = (id: number) =>
    new Promise<Answer["outcomes"]>((resolve) => waiting.set(id, resolve));
  const ready = answerTo(0);
  const child = Bun.spawn(
    [process.execPath, join(import.meta.dir, "node-process.ts"), url],
    {
      stdio: ["ignore", "inherit", "inherit"],
      ipc({ id, outcomes }: Answer) {
        waiting.get(id)?.(outcomes);
        waiting.delete(id);
      },
    },
  );
  let last = 0;
  await ready;
  return {
    pid: child.pid,
    post(events) {
      const id = ++last;
      const answer = answerTo(id);
      child.send({ id, events });
      return answer;
    },
    signal: (name) => child.kill(name),
    async [Symbol.asyncDispose]() {
      child.kill("SIGCONT");
      if (child.exitCode === null && child.signalCode === null)
        child.disconnect();
      await child.exited;
    },
  };
}
