import { expect, test } from "bun:test";
import { fc } from "../support/fast-check.ts";
import { deliveryTimeOf, quantile } from "../../src/overview/delivery-time.ts";

test("median and p95 are interpolated within their bins, as if messages were spread evenly", () => {
  const times = [
    { fromMs: 0, toMs: 1_000, messages: 40 },
    { fromMs: 1_000, toMs: 2_000, messages: 20 },
    { fromMs: 2_000, toMs: 10_000, messages: 40 },
  ];
  expect(deliveryTimeOf(times)).toEqual({
    median: 1_500,
    p95: 9_000,
    messages: 100,
  });
});

test("without messages there is no time, with or without bins", () => {
  expect(deliveryTimeOf([])).toBeUndefined();
  expect(
    deliveryTimeOf([{ fromMs: 0, toMs: 1_000, messages: 0 }]),
  ).toBeUndefined();
});

test("in an open-ended bin, the start is what is known", () => {
  expect(quantile([{ fromMs: 9_000, toMs: Infinity, messages: 2 }], 0.95)).toBe(
    9_000,
  );
});

test("a quantile is in a bin that has messages, and grows with its share", () => {
  const bins = fc.array(fc.nat(1_000), { minLength: 1, maxLength: 30 });
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(bins, share, share, (counts, a, b) => {
      fc.pre(counts.some((count) => count > 0));
      const times = counts.map((messages, index) => ({
        fromMs: 2 ** index,
        toMs: 2 ** (index + 1),
        messages,
      }));
      const [low, high] = [Math.min(a, b), Math.max(a, b)].map((each) =>
        quantile(times, each),
      );
      if (low === undefined || high === undefined)
        throw new Error("There are messages.");
      expect(low).toBeLessThanOrEqual(high);
      const isInBin = times.some(
        ({ fromMs, toMs, messages }) =>
          messages > 0 && fromMs <= high && high <= toMs,
      );
      expect(isInBin).toBe(true);
    }),
  );
});
