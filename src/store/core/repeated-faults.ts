import { failureOf, Mistake, type Failure } from "../../log/failure.ts";
import { StoreFault, type OnFault } from "../store-fault.ts";

const EVERY_MS = 1_000;

/**
 * Returns a function that reports faults of one kind, at most once a second, because a
 * fault usually repeats. `wordsFor` says what happened, and how often since the last
 * report.
 */
export function createRepeatedFaults(
  onFault: OnFault,
  wordsFor: (times: number) => string,
) {
  let unreported = 0;
  let reportedAt = -Infinity;
  return (
    times: number,
    failure: Failure = failureOf(new Mistake("The writer did not say.")),
  ): void => {
    unreported += times;
    const now = performance.now();
    if (now - reportedAt < EVERY_MS) return;
    const words = wordsFor(unreported);
    unreported = 0;
    reportedAt = now;
    onFault(new StoreFault(words, failure));
  };
}
