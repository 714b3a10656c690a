/** A step delays the next one by at most this, even if it has to wait for something. */
const STEP_MS_MAX = 100;

/**
 * Runs steps in sequence, in the order requested, and rests after each for as long as
 * it took: half of this thread's time is left for callbacks and pages.
 */
export class Pace {
  #rested: Promise<void> = Promise.resolve();

  async step<T>(make: () => Promise<T>): Promise<T> {
    const before = this.#rested;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#rested = promise;
    // Bun sends a response's head only in a turn in which its stream has something to do.
    await new Promise((turn) => setImmediate(turn));
    await before;
    const start = performance.now();
    setTimeout(resolve, STEP_MS_MAX);
    try {
      return await make();
    } finally {
      setTimeout(resolve, performance.now() - start);
    }
  }
}
