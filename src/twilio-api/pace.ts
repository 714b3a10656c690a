import type { ApiClock } from "./clock.ts";

/** Requests per second, and at the same time. Twilio allows more, but an account's other programs need some. */
const PER_SECOND = 5;
const AT_ONCE = 2;

/** Who may send a request when. */
export type Pace = {
  /** Does one request when its turn comes. Rejects if the signal is aborted before then. */
  readonly inTurn: <T>(
    request: () => Promise<T>,
    signal: AbortSignal,
  ) => Promise<T>;
  /** Lets nobody begin a request for this long. */
  readonly rest: (ms: number) => void;
};

/** Returns a pace that all requests of a client keep, in the order in which they asked. */
export function createPace({
  elapsed,
  wait,
}: Pick<ApiClock, "elapsed" | "wait">): Pace {
  let restsUntil = -Infinity;
  let running = 0;
  let ended = Promise.withResolvers<void>();
  let turn: Promise<unknown> = Promise.resolve();
  /** When the latest requests began. */
  const begun: number[] = [];

  /** How long until the next one may begin. */
  const waitMs = (): number => {
    const first = begun.at(-PER_SECOND);
    return Math.max(
      restsUntil - elapsed(),
      first === undefined ? 0 : first + 1_000 - elapsed(),
    );
  };

  async function untilTurn(signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      if (running >= AT_ONCE) await ended.promise;
      else if (waitMs() > 0) await wait(waitMs(), signal);
      else break;
    }
    running++;
    begun.push(elapsed());
    if (begun.length > PER_SECOND) begun.shift();
  }

  return {
    async inTurn(request, signal) {
      const mine = turn.then(() => untilTurn(signal));
      turn = mine.catch(() => undefined);
      await mine;
      try {
        return await request();
      } finally {
        running--;
        ended.resolve();
        ended = Promise.withResolvers();
      }
    },
    rest(ms) {
      restsUntil = Math.max(restsUntil, elapsed() + ms);
    },
  };
}
