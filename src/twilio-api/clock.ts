import { pause } from "../time/pause.ts";

/** What the client reads time from, so that tests needn't wait. */
export type ApiClock = {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Milliseconds that passed, by a clock that nobody sets. */
  readonly elapsed: () => number;
  /** Resolves after a while, or once the signal is aborted. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
};

export const systemClock: ApiClock = {
  now: Date.now,
  elapsed: () => performance.now(),
  wait: pause,
};
