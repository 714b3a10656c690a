export type StopWishes = {
  readonly signals?: readonly NodeJS.Signals[];
  /** The exit status when a second signal ends the process at once. */
  readonly impatientStatus?: number;
};

/**
 * Aborted when the system or Ctrl-C asks the process to stop; from then on the process
 * has to end by itself, but a second request ends it at once.
 */
export function stopSignal({
  signals = ["SIGINT", "SIGTERM"],
  impatientStatus = 1,
}: StopWishes = {}): AbortSignal {
  const stop = new AbortController();
  for (const name of signals) {
    process.on(name, () => {
      if (stop.signal.aborted) process.exit(impatientStatus);
      stop.abort();
    });
  }
  return stop.signal;
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
