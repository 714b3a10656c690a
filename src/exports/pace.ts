/** A step that waits for something holds up the next one no longer than this. */
const STEP_MS_MAX = 100;

/**
 * Does steps one after the other, in the order in which they are asked for, and rests
 * after each for as long as it took: however many there are, half of this thread's time
 * is left for callbacks and pages.
 */
export class Pace {
  #rested: Promise<void> = Promise.resolve();

  async step<T>(make: () => Promise<T>): Promise<T> {
    const before = this.#rested;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#rested = promise;
    // Bun sends an answer's head only in a turn in which its stream has something to do.
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
