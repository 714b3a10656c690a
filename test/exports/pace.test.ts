import { expect, test } from "bun:test";
import { Pace } from "../../src/exports/pace.ts";

/** A step and its rest delay the next one by at most this, in `src/exports/pace.ts`. */
const STEP_MS_MAX = 100;
/** Timers may fire a little early. */
const EARLY_MS = 2;

test("steps run one by one, each followed by a rest as long as the step", async () => {
  const pace = new Pace();
  const steps: { readonly from: number; readonly to: number }[] = [];
  const make = async (): Promise<void> => {
    const from = performance.now();
    // Time is the subject: the rest after a step is as long as the step.
    await Bun.sleep(10);
    steps.push({ from, to: performance.now() });
  };
  await Promise.all([1, 2, 3, 4].map(() => pace.step(make)));
  for (const [index, { from, to }] of steps.slice(0, -1).entries()) {
    const next = steps[index + 1]?.from ?? 0;
    const rest = Math.min(to - from, STEP_MS_MAX - (to - from));
    expect(next - to).toBeGreaterThanOrEqual(rest - EARLY_MS);
  }
});

test("a step that never ends delays the others only for a moment", async () => {
  const pace = new Pace();
  void pace.step(() => new Promise(() => undefined));
  expect(await pace.step(() => Promise.resolve("made"))).toBe("made");
});

test("a step returns its result, and one that fails doesn't delay the others", async () => {
  const pace = new Pace();
  const failure = new Error("the store is away");
  const failed = pace.step(() => Promise.reject(failure));
  const made = pace.step(() => Promise.resolve("made"));
  expect(await failed.catch((error: unknown) => error)).toBe(failure);
  expect(await made).toBe("made");
});
