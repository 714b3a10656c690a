/**
 * Returns a function that resolves when it's the caller's turn: one caller in each turn of
 * the event loop, in the order of the calls. What arrives from the network meanwhile,
 * callbacks above all, is served in between, however many wait.
 */
export function createTurns(): () => Promise<void> {
  const waiting: (() => void)[] = [];
  const serve = (): void => {
    setImmediate(() => {
      const goOn = waiting.shift();
      if (waiting.length > 0) serve();
      goOn?.();
    });
  };
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      if (waiting.length === 1) serve();
    });
}
