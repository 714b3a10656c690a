import { expect, test } from "bun:test";
import { daysBelow } from "../../src/overview/month-report.ts";
import { NO_OUTCOMES, type Outcomes } from "../../src/overview/outcomes.ts";
import {
  rateBesideTarget,
  targetWords,
  verdictOn,
  verdictWords,
} from "../../src/overview/target.ts";

function outcomes(arrived: number, failed: number, inFlight = 0): Outcomes {
  const messages = arrived + failed + inFlight;
  return { ...NO_OUTCOMES, messages, arrived, failed, inFlight };
}

test("a target is met if no more messages failed than it allows", () => {
  for (const [arrived, failed, target, kind, allowed] of [
    [97, 3, 0.97, "met", 3],
    [970, 30, 0.97, "met", 30],
    [969, 31, 0.97, "missed", 30],
    [9_696, 304, 0.97, "missed", 300],
    [29, 1, 0.97, "missed", 0],
    [10, 0, 0.999, "met", 0],
    [999, 1, 0.999, "met", 1],
  ] as const)
    expect([
      arrived,
      failed,
      verdictOn(outcomes(arrived, failed, 50), target),
    ]).toEqual([
      arrived,
      failed,
      { kind, rate: arrived / (arrived + failed), target, allowed, failed },
    ]);
  expect(verdictOn(outcomes(0, 0, 7), 0.97)).toEqual({ kind: "unknown" });
});

test("words agree with the verdict, however close it is", () => {
  for (const [arrived, failed, rate, words] of [
    [9_750, 250, "97.5%", "0.5 points above the target of 97%"],
    [9_500, 500, "95.0%", "2.0 points below the target of 97%"],
    [9_700, 300, "97.0%", "meets the target of 97%"],
    [9_697, 303, "96.97%", "just below the target of 97%"],
    [96_999, 3_001, "96.999%", "just below the target of 97%"],
    [100, 0, "100%", "3.0 points above the target of 97%"],
  ] as const) {
    const all = outcomes(arrived, failed);
    expect([
      arrived,
      rateBesideTarget(arrived / (arrived + failed), 0.97),
    ]).toEqual([arrived, rate]);
    expect(verdictWords(verdictOn(all, 0.97))).toBe(words);
  }
  expect(verdictWords({ kind: "unknown" })).toBe("");
  expect([0.97, 0.975, 0.99999].map(targetWords)).toEqual([
    "97%",
    "97.5%",
    "99.999%",
  ]);
});

test("days with few finished messages don't count", () => {
  const day = { from: 0, to: 1 };
  const spans = [
    outcomes(28, 2),
    outcomes(30, 0),
    outcomes(0, 29),
    outcomes(10, 0, 90),
  ].map((each) => ({ span: day, outcomes: each }));
  expect(
    daysBelow({ spans }, (each) => verdictOn(each, 0.97).kind === "missed"),
  ).toEqual({ below: 1, of: 2 });
});
