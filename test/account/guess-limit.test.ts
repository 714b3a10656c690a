import { expect, test } from "bun:test";
import { fc } from "../support/fast-check.ts";
import {
  chooseLimits,
  wholeAfterGuess,
  type GuessLimit,
} from "../../src/store/guess-limit.ts";

const HOUR_MS = 3_600_000;
const limit: GuessLimit = { key: "a", burst: 4, everyMs: HOUR_MS / 6 };

/** Returns which guesses are allowed, for guesses made at these times. */
function allowed(
  times: readonly number[],
  ways: readonly (readonly GuessLimit[])[] = [[limit]],
): number[] {
  const wholeAt = new Map<string, number>();
  return times.filter((at) => {
    const choice = chooseLimits(ways, (key) => wholeAt.get(key), at);
    if ("retryAt" in choice) return false;
    for (const each of choice.taken)
      wholeAt.set(each.key, wholeAfterGuess(each, wholeAt.get(each.key), at));
    return true;
  });
}

const times = fc
  .array(fc.nat({ max: 10 * HOUR_MS }), { maxLength: 300 })
  .map((list) => list.toSorted((a, b) => a - b));

test("no hour allows more guesses than the burst plus an hour's refill", () => {
  fc.assert(
    fc.property(times, (list) => {
      const taken = allowed(list);
      for (const [index, at] of taken.entries()) {
        const within = taken.slice(index).filter((each) => each < at + HOUR_MS);
        expect(within.length).toBeLessThanOrEqual(4 + 6);
      }
    }),
  );
});

test("a guess is available at the reported time, and none just before it", () => {
  fc.assert(
    fc.property(times, fc.nat({ max: 11 * HOUR_MS }), (list, at) => {
      const wholeAt = new Map<string, number>();
      for (const each of allowed(list.filter((time) => time <= at)))
        wholeAt.set("a", wholeAfterGuess(limit, wholeAt.get("a"), each));
      const ask = (now: number) =>
        chooseLimits([[limit]], (key) => wholeAt.get(key), now);
      const choice = ask(at);
      if ("taken" in choice) return;
      expect("taken" in ask(choice.retryAt)).toBe(true);
      expect("taken" in ask(choice.retryAt - 1)).toBe(false);
    }),
  );
});

test("if one limit of a way is used up, none of its limits is charged and the next way is tried", () => {
  const narrow = { key: "narrow", burst: 1, everyMs: HOUR_MS };
  const other = { key: "other", burst: 2, everyMs: HOUR_MS };
  const wholeAt = new Map([["narrow", HOUR_MS]]);
  const ask = (ways: readonly (readonly GuessLimit[])[]) =>
    chooseLimits(ways, (key) => wholeAt.get(key), 0);
  expect(ask([[limit, narrow]])).toEqual({ retryAt: HOUR_MS });
  expect(ask([[limit, narrow], [other]])).toEqual({ taken: [other] });
  expect(ask([[other], [limit]])).toEqual({ taken: [other] });
});

test("a clock that was wrong by a year locks nobody out for a year", () => {
  const wholeAt = 365 * 24 * HOUR_MS;
  const choice = chooseLimits([[limit]], () => wholeAt, 0);
  expect(choice).toEqual({ retryAt: HOUR_MS / 6 });
});
