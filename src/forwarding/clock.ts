import { pause } from "../time/pause.ts";

/** What the engine reads time from, so that tests can step through days. */
export type Clock = {
  /** Milliseconds since 1970, by the machine's clock, which may be set. */
  readonly now: () => number;
  /** Milliseconds that passed, by a clock that nobody sets. */
  readonly elapsed: () => number;
  /** Resolves after a while, or once the signal is aborted. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
};

export const systemClock: Clock = {
  now: Date.now,
  elapsed: () => performance.now(),
  wait: pause,
};
