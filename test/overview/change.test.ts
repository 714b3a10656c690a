import { expect, test } from "bun:test";
import { changeOfRate, changesOfCounts } from "../../src/overview/change.ts";
import { changeWords } from "../../src/overview/change-words.ts";

test("counts are compared in percent, and small ones as a difference", () => {
  const cases = [
    [1_120, 1_000, "12% more"],
    [900, 1_000, "10% fewer"],
    [1_032, 1_000, "3.2% more"],
    [1_001, 1_000, "as before"],
    [1_000, 1_000, "as before"],
    [3, 1, "2 more"],
    [1, 4, "3 fewer"],
    [200, 5, "195 more"],
    [500, 40, "over 10 times as many"],
    [0, 1_000, "100% fewer"],
    [7, 0, "none before"],
    [0, 0, ""],
  ] as const;
  for (const [now, before, words] of cases) {
    expect([now, before, ...wordsOf([[now, before]])]).toEqual([
      now,
      before,
      words,
    ]);
  }
});

test("counts side by side have one unit: a difference if one of them is too small for a percentage", () => {
  expect(
    wordsOf([
      [2_000, 1_000],
      [400, 300],
    ]),
  ).toEqual(["100% more", "33% more"]);
  expect(
    wordsOf([
      [2_000, 1_000],
      [9, 1],
      [7, 0],
      [5, 5],
    ]),
  ).toEqual(["1,000 more", "8 more", "none before", "as before"]);
});

function wordsOf(
  pairs: readonly (readonly [now: number, before: number])[],
): string[] {
  return changesOfCounts(pairs.map(([now, before]) => ({ now, before }))).map(
    changeWords,
  );
}

test("rates are compared in points, and not at all if one covers too few messages", () => {
  const of = 5_000;
  const cases = [
    [
      { rate: 0.95, of: 500 },
      { rate: 0.97, of: 500 },
      "2.0 points lower, within chance",
    ],
    [{ rate: 0.95, of }, { rate: 0.97, of }, "2.0 points lower"],
    [{ rate: 0.97, of }, { rate: 0.95, of }, "2.0 points higher"],
    [{ rate: 0.9501, of }, { rate: 0.95, of }, "as before"],
    [{ rate: 0.5, of: 4 }, { rate: 0.95, of }, "too few to compare"],
    [{ rate: 0.95, of }, { rate: 0.5, of: 29 }, "too few to compare"],
    [{ rate: 0.95, of }, { rate: undefined, of: 0 }, ""],
  ] as const;
  for (const [now, before, words] of cases)
    expect(changeWords(changeOfRate(now, before))).toBe(words);
});
