import type { Chore, UpkeepStore } from "../upkeep.ts";

const NEVER = new AbortController().signal;

/** `exclusively` for an engine whose database only one server can have: each waits for the same chore before it. */
export function oneAtATime(): UpkeepStore["exclusively"] {
  const last = new Map<Chore, Promise<unknown>>();
  return (chore, work, signal) => {
    const before = last.get(chore) ?? Promise.resolve();
    const done = before.then(() => {
      signal?.throwIfAborted();
      return work(signal ?? NEVER);
    });
    // The next one doesn't depend on how this one ends.
    last.set(
      chore,
      done.catch(() => undefined),
    );
    return done;
  };
}
