import { expect, test } from "bun:test";
import { comparedWith, partFrom } from "../../src/time/compared-period.ts";
import {
  readRange,
  type Period,
  type TimeRange,
} from "../../src/time/time-range.ts";

const NOW = Date.parse("2026-11-23T10:05:30Z");

function periodOf(query: string): Period {
  const { period } = readRange(new URLSearchParams(query), NOW);
  if (period === undefined) throw new Error(query);
  return period;
}

function words({ from, to }: TimeRange): string {
  const minute = (at: number) => new Date(at).toISOString().slice(0, 16);
  return `${minute(from)} to ${minute(to)}`;
}

test("a week before means the same weekdays and hours, as many weeks as it takes", () => {
  for (const [query, range, before] of [
    [
      "range=1h",
      "2026-11-16T09:06 to 2026-11-16T10:06",
      "the same hours a week before",
    ],
    [
      "range=24h",
      "2026-11-15T10:06 to 2026-11-16T10:06",
      "the same hours a week before",
    ],
    [
      "range=7d",
      "2026-11-09T10:00 to 2026-11-16T10:06",
      "the same days a week before",
    ],
    [
      "range=30d",
      "2026-09-19T10:00 to 2026-10-19T10:06",
      "the same weekdays 5 weeks before",
    ],
    [
      "from=2026-11-10&to=2026-11-12",
      "2026-11-03T00:00 to 2026-11-06T00:00",
      "the same days a week before",
    ],
  ] as const) {
    const { period } = comparedWith(periodOf(query), "week");
    expect([
      query,
      period && words(period.beforeRange),
      period?.before,
    ]).toEqual([query, range, before]);
  }
});

test("from a day on it's as long, begins at the same time of day, and ends before the period begins", () => {
  for (const [query, day, found] of [
    ["range=24h", "2026-11-01", "2026-11-01T10:06 to 2026-11-02T10:06"],
    ["range=24h", "2026-11-21", "2026-11-21T10:06 to 2026-11-22T10:06"],
    ["range=24h", "2026-11-22", undefined],
    ["range=1h", "2026-11-22", "2026-11-22T09:06 to 2026-11-22T10:06"],
    ["range=1h", "2026-11-23", undefined],
    ["range=7d", "2026-11-09", "2026-11-09T10:00 to 2026-11-16T10:06"],
    ["range=7d", "2026-11-10", undefined],
    ["range=7d", "2027-01-01", undefined],
    ["range=7d", "2026-02-30", undefined],
    ["range=7d", "<b>", undefined],
  ] as const) {
    const { period, mistake } = comparedWith(periodOf(query), day);
    expect([query, day, period && words(period.beforeRange)]).toEqual([
      query,
      day,
      found,
    ]);
    expect(mistake === undefined).toBe(found !== undefined);
    expect(mistake ?? "").not.toContain("<b>");
  }
});

test("without a choice it's the previous period", () => {
  const period = periodOf("range=24h");
  expect(comparedWith(period, "").period).toEqual(period);
});

test("the latest part of a period is compared with the same part of the other", () => {
  const { period } = comparedWith(periodOf("range=7d"), "week");
  const part =
    period && partFrom(period, Date.parse("2026-11-20T08:00:00Z"), NOW);
  expect(part).toMatchObject({
    label: "Since 20 Nov 2026, 08:00 UTC",
    when: "since 20 Nov 2026, 08:00 UTC",
    terms: [["after", Date.parse("2026-11-20T08:00:00Z")]],
  });
  expect(part && words(part.beforeRange)).toBe(
    "2026-11-13T08:00 to 2026-11-16T10:06",
  );
});
