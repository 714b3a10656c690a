import { setTimeout as sleep } from "node:timers/promises";
import type { Answer } from "./signed-post.ts";

export type LoadWishes = {
  /** Posts in all. */
  readonly count: number;
  /** Posts per second, at most. */
  readonly rate: number;
  /** Posts that wait for their answer at a time, at most. */
  readonly concurrency: number;
};

export type LoadDeps = {
  readonly post: () => Promise<Answer>;
  /** Milliseconds; only differences count. */
  readonly clock: () => number;
  readonly signal: AbortSignal;
  readonly onAnswer: (answered: number) => void;
};

export type LoadResult = {
  /** How many answers there were of each kind: an HTTP status, or why there was none. */
  readonly answers: ReadonlyMap<number | string, number>;
  /** From sending to the whole answer, shortest first; only of posts that were answered. */
  readonly latenciesMs: Float64Array;
  readonly answered: number;
  readonly elapsedMs: number;
};

/**
 * Posts at an even rate; when answers are so slow that all places are taken, later.
 * Ends early, with what there is, when the signal says so.
 */
export async function runLoad(
  { count, rate, concurrency }: LoadWishes,
  { post, clock, signal, onAnswer }: LoadDeps,
): Promise<LoadResult> {
  const answers = new Map<number | string, number>();
  const latencies = new Float64Array(count);
  let timed = 0;
  let answered = 0;
  let next = 0;
  const start = clock();
  const work = async (): Promise<void> => {
    while (next < count && !signal.aborted) {
      const due = start + (next++ * 1_000) / rate;
      const wait = due - clock();
      if (wait > 0) await sleep(wait, undefined, { signal });
      const sentAt = clock();
      const answer = await post();
      if ("status" in answer) latencies[timed++] = clock() - sentAt;
      const kind = "status" in answer ? answer.status : answer.failure;
      answers.set(kind, (answers.get(kind) ?? 0) + 1);
      onAnswer(++answered);
    }
  };
  const workers = Array.from({ length: Math.min(concurrency, count) }, work);
  for (const ended of await Promise.allSettled(workers)) {
    // Only the signal ends a wait or a post; anything else is a mistake of ours.
    if (ended.status === "rejected" && !signal.aborted) throw ended.reason;
  }
  return {
    answers,
    latenciesMs: latencies.subarray(0, timed).sort(),
    answered,
    elapsedMs: clock() - start,
  };
}

/** The value below which a share of the values lie, by nearest rank; undefined of none. */
export function percentile(
  sorted: Float64Array,
  share: number,
): number | undefined {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}
