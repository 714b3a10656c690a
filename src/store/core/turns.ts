/**
 * Lets one of all who wait go on in each turn of the event loop, in the order in which
 * they came. What came from the network meanwhile, callbacks above all, is served in
 * between, however many wait.
 */
export class Turns {
  readonly #waiting: (() => void)[] = [];

  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#waiting.length === 1) this.#serveInNextTurn();
    });
  }

  #serveInNextTurn(): void {
    setImmediate(() => {
      const goOn = this.#waiting.shift();
      if (this.#waiting.length > 0) this.#serveInNextTurn();
      goOn?.();
    });
  }
}
