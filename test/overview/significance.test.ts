import { expect, test } from "bun:test";
import { fc } from "../support/fast-check.ts";
import { runsOf } from "../support/long-runs.ts";
import {
  isWithinChance,
  likelihood,
  type Proportion,
} from "../../src/overview/significance.ts";

const share = (hits: number, of: number): Proportion => ({ hits, of });

test("of many messages it's the two-proportion z-test", () => {
  // R: prop.test(c(15, 25), c(50, 50), correct = FALSE), and so on.
  const cases = [
    [share(15, 50), share(25, 50), 0.041227],
    [share(40, 100), share(45, 120), 0.704541],
    [share(970, 1_000), share(950, 1_000), 0.022479],
    [share(9_700, 10_000), share(9_500, 10_000), 5.3195e-13],
  ] as const;
  for (const [one, other, expected] of cases) {
    const found = likelihood(one, other);
    expect(found / expected).toBeGreaterThan(0.99);
    expect(found / expected).toBeLessThan(1.01);
  }
});

test("of few messages it's Fisher's exact test", () => {
  // R: fisher.test(matrix(c(3, 1, 1, 3), 2)), and so on.
  const cases = [
    [share(3, 4), share(1, 4), 0.4857143],
    [share(8, 10), share(1, 6), 0.03496503],
    [share(6, 8), share(1, 5), 0.1025641],
    [share(5, 5), share(0, 5), 0.007936508],
  ] as const;
  for (const [one, other, expected] of cases)
    expect(likelihood(one, other)).toBeCloseTo(expected, 6);
});

test("what is surprising depends on how many messages there are", () => {
  expect(isWithinChance(share(97, 100), share(94, 100))).toBe(true);
  expect(isWithinChance(share(9_700, 10_000), share(9_400, 10_000))).toBe(
    false,
  );
  // One failure among 30 where one of 1,000 is usual, and all 30.
  expect(isWithinChance(share(1, 30), share(1_000, 1_000_000))).toBe(true);
  expect(isWithinChance(share(30, 30), share(1_000, 1_000_000))).toBe(false);
  expect(isWithinChance(share(0, 0), share(5, 10))).toBe(true);
});

test("it's a probability, the same either way round, of hits as of misses", () => {
  const proportion = fc
    .tuple(fc.nat({ max: 300 }), fc.nat({ max: 300 }))
    .map(([hits, misses]) => share(hits, hits + misses));
  fc.assert(
    fc.property(proportion, proportion, (one, other) => {
      const found = likelihood(one, other);
      expect(found).toBeGreaterThanOrEqual(0);
      expect(found).toBeLessThanOrEqual(1);
      expect(likelihood(other, one)).toBeCloseTo(found, 9);
      const misses = ({ hits, of }: Proportion) => share(of - hits, of);
      expect(likelihood(misses(one), misses(other))).toBeCloseTo(found, 9);
      expect(likelihood(one, one)).toBeCloseTo(1, 6);
    }),
    { numRuns: runsOf(300) },
  );
});
