import { setTimeout as sleep } from "node:timers/promises";
import type { Answer } from "./signed-post.ts";

export type LoadWishes = {
  /** Posts in all. */
  readonly count: number;
  /** Posts per second, at most. */
  readonly rate: number;
  /** The maximum concurrent posts. */
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
  /** The number of responses of each kind: an HTTP status, or why there was none. */
  readonly answers: ReadonlyMap<number | string, number>;
  /** From sending to the complete response, shortest first; only of posts with a response. */
  readonly latenciesMs: Float64Array;
  readonly answered: number;
  readonly elapsedMs: number;
};

/**
 * Posts at an even rate, or slower if responses are slow and all places are taken.
 * Ends early, with partial results, if the signal is aborted.
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
    // Only the signal ends a wait or a post; anything else is a bug.
    if (ended.status === "rejected" && !signal.aborted) throw ended.reason;
  }
  return {
    answers,
    latenciesMs: latencies.subarray(0, timed).sort(),
    answered,
    elapsedMs: clock() - start,
  };
}

/** Returns the percentile of the values, by nearest rank; undefined if there are none. */
export function percentile(
  sorted: Float64Array,
  share: number,
): number | undefined {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}
