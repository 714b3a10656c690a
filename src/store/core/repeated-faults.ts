import { failureOf, Mistake, type Failure } from "../../log/failure.ts";
import { StoreFault, type OnFault } from "../store-fault.ts";

const EVERY_MS = 1_000;

/** Reports faults of one kind once a second at most: what meets one is mostly tried again and again. */
export class RepeatedFaults {
  readonly #onFault: OnFault;
  readonly #wordsFor: (times: number) => string;
  #unreported = 0;
  #reportedAt = -Infinity;

  /** `wordsFor` says what happened, and how often since the latest report. */
  constructor(onFault: OnFault, wordsFor: (times: number) => string) {
    this.#onFault = onFault;
    this.#wordsFor = wordsFor;
  }

  add(
    times: number,
    failure: Failure = failureOf(new Mistake("The writer did not say.")),
  ): void {
    this.#unreported += times;
    const now = performance.now();
    if (now - this.#reportedAt < EVERY_MS) return;
    const words = this.#wordsFor(this.#unreported);
    this.#unreported = 0;
    this.#reportedAt = now;
    this.#onFault(new StoreFault(words, failure));
  }
}
