import { isConflict, isConnectionLost } from "./postgres-errors.ts";

/** How often work is tried; work that conflicts again and again waits longer each time. */
const ATTEMPTS_MAX = 20;
const PAUSE_MS = 5;
/** Whoever waits gets an answer within five seconds. */
const RETRY_MS_MAX = 3_000;

/**
 * Does work again that was undone by a conflict or by the end of its connection: each
 * connection from before a restart of the server is noticed when it's first used.
 */
export async function untilDone<T>(work: () => Promise<T>): Promise<T> {
  const until = performance.now() + RETRY_MS_MAX;
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const wasUndone = isConflict(error) || isConnectionLost(error);
      if (!wasUndone || attempt === ATTEMPTS_MAX || performance.now() > until)
        throw error;
      await Bun.sleep(PAUSE_MS * attempt * Math.random());
    }
  }
}
