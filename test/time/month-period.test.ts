import { expect, test } from "bun:test";
import {
  monthOf,
  monthPeriod,
  readMonth,
} from "../../src/time/month-period.ts";
import { spansOf, type TimeRange } from "../../src/time/time-range.ts";

const NOW = Date.parse("2026-03-30T10:05:30Z");

function words({ from, to }: TimeRange): string {
  const minute = (at: number) => new Date(at).toISOString().slice(0, 16);
  return `${minute(from)} to ${minute(to)}`;
}

test("a month is compared with the one before, while it's under way to the same day or its end", () => {
  for (const [name, range, before, label, days] of [
    [
      "2026-02",
      "2026-02-01T00:00 to 2026-03-01T00:00",
      "2026-01-01T00:00 to 2026-02-01T00:00",
      "January 2026",
      28,
    ],
    [
      "2026-01",
      "2026-01-01T00:00 to 2026-02-01T00:00",
      "2025-12-01T00:00 to 2026-01-01T00:00",
      "December 2025",
      31,
    ],
    [
      "2026-03",
      "2026-03-01T00:00 to 2026-03-30T10:06",
      "2026-02-01T00:00 to 2026-03-01T00:00",
      "February 2026, to the same day",
      30,
    ],
  ] as const) {
    const month = readMonth(name, NOW);
    const period = month && monthPeriod(month, NOW);
    expect([
      name,
      period && words(period.range),
      period && words(period.beforeRange),
      period?.before,
    ]).toEqual([name, range, before, label]);
    expect(period && spansOf(period)).toHaveLength(days);
  }
  const early = Date.parse("2026-03-02T10:05:30Z");
  const march = monthPeriod(monthOf(early), early);
  expect(words(march.beforeRange)).toBe("2026-02-01T00:00 to 2026-02-02T10:06");
});

test("months are named, and those that don't exist or haven't begun aren't read", () => {
  expect(monthOf(NOW)).toMatchObject({ name: "2026-03", words: "March 2026" });
  expect(monthOf(NOW, 3).name).toBe("2025-12");
  expect(monthOf(NOW, -1).name).toBe("2026-04");
  for (const name of [
    "2026-04",
    "2026-13",
    "2026-00",
    "2026-3",
    "26-03",
    "<b>",
    "2026-03-01",
  ])
    expect([name, readMonth(name, NOW)]).toEqual([name, undefined]);
});
