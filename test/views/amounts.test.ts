import { expect, test } from "bun:test";
import {
  compactCount,
  counted,
  duration,
  percent,
} from "../../src/words/amounts.ts";

test("durations are shown in the two largest units, without rounding into the next", () => {
  const cases = [
    [0, "0 ms"],
    [850, "850 ms"],
    [999.4, "999 ms"],
    [999.6, "1.0 s"],
    [3_240, "3.2 s"],
    [9_960, "10 s"],
    [59_400, "59 s"],
    [59_600, "1 min"],
    [250_000, "4 min 10 s"],
    [3_599_600, "1 h"],
    [7_500_000, "2 h 5 min"],
    [86_399_000, "1 d"],
    [273_600_000, "3 d 4 h"],
  ] as const;
  for (const [ms, words] of cases)
    expect([ms, duration(ms)]).toEqual([ms, words]);
});

test("a share is never shown as 0% or 100% unless it is", () => {
  expect([0, 0.0004, 0.023, 0.9996, 1].map(percent)).toEqual([
    "0%",
    "< 0.1%",
    "2.3%",
    "> 99.9%",
    "100%",
  ]);
});

test("counts have thousands separators, and a short form where space is tight", () => {
  expect(counted(1, "message")).toBe("1 message");
  expect(counted(12_345, "message")).toBe("12,345 messages");
  expect([9_999, 12_345, 2_500_000].map(compactCount)).toEqual([
    "9,999",
    "12.3K",
    "2.5M",
  ]);
});
