import { Distribution } from "../store/distribution.ts";

const SAMPLE_EVERY_MS = 250;
const LAG_SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

/**
 * Measures how late this thread gets to what is due, in seconds, every quarter of a
 * second from now on: what delays it delays every response. Ends with `stopping`.
 */
export function eventLoopLag(stopping: AbortSignal): Distribution {
  const lag = new Distribution(LAG_SECONDS);
  let due = performance.now() + SAMPLE_EVERY_MS;
  const timer = setInterval(() => {
    const now = performance.now();
    lag.add(Math.max(0, now - due) / 1_000);
    due = now + SAMPLE_EVERY_MS;
  }, SAMPLE_EVERY_MS);
  timer.unref();
  stopping.addEventListener("abort", () => clearInterval(timer), {
    once: true,
  });
  return lag;
}
