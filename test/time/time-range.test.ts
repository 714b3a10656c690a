import { expect, test } from "bun:test";
import { filterText, parseFilter } from "../../src/messages/filter-language.ts";
import {
  namedPeriod,
  RANGE_NAMES,
  rangeTerms,
  readRange,
  spansOf,
  type Period,
} from "../../src/time/time-range.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const NOW = Date.parse("2026-11-23T10:05:30Z");

test("each named range ends with the current minute and has its full length, to the minute or the hour", () => {
  const found = RANGE_NAMES.map((name) => {
    const { range } = namedPeriod(name, NOW);
    return [name, iso(range.from), iso(range.to), spans(name).length];
  });
  expect(found).toEqual([
    ["1h", "2026-11-23T09:06", "2026-11-23T10:06", 60],
    ["24h", "2026-11-22T10:06", "2026-11-23T10:06", 25],
    ["7d", "2026-11-16T10:00", "2026-11-23T10:06", 29],
    ["30d", "2026-10-24T10:00", "2026-11-23T10:06", 31],
    ["90d", "2026-08-25T10:00", "2026-11-23T10:06", 91],
  ]);
});

test("24 hours start on a whole hour if minutes are no longer kept", () => {
  const since = Date.parse("2026-11-22T10:07:00Z");
  expect(words(namedPeriod("24h", NOW, since).range)).toBe(
    "2026-11-22T10:00 to 2026-11-23T10:06",
  );
  expect(words(namedPeriod("24h", NOW, since - MINUTE_MS).range)).toBe(
    "2026-11-22T10:06 to 2026-11-23T10:06",
  );
});

test("a moment on the minute belongs to the minute that starts then", () => {
  const onTheHour = Date.parse("2026-11-23T10:00:00Z");
  expect(iso(namedPeriod("24h", onTheHour).range.to)).toBe("2026-11-23T10:01");
});

test("each range is compared with the previous period of the same length, up to the same point", () => {
  const found = RANGE_NAMES.map((name) => {
    const { range, beforeRange, before } = namedPeriod(name, NOW);
    expect(lengthOf(beforeRange)).toBe(lengthOf(range));
    return [name, words(beforeRange), before];
  });
  expect(found).toEqual([
    ["1h", "2026-11-23T08:06 to 2026-11-23T09:06", "the hour before"],
    ["24h", "2026-11-21T10:06 to 2026-11-22T10:06", "the 24 hours before"],
    ["7d", "2026-11-09T10:00 to 2026-11-16T10:06", "the 7 days before"],
    ["30d", "2026-09-24T10:00 to 2026-10-24T10:06", "the 30 days before"],
    ["90d", "2026-05-27T10:00 to 2026-08-25T10:06", "the 90 days before"],
  ]);
  const given = (
    [
      "from=2026-11-23",
      "from=2026-11-23&to=2026-11-23",
      "from=2026-11-20",
      "from=2026-11-20&to=2027-01-01",
      "from=2026-11-23T08:00:00Z&to=2026-11-23T12:00:00Z",
      "from=2026-11-22&to=2026-11-22",
      "from=2026-11-22T08:00:00Z&to=2026-11-22T12:00:00Z",
    ] as const
  ).map((query) => {
    const period = read(query);
    if (period === undefined) throw new Error("The range was refused.");
    expect(lengthOf(period.beforeRange)).toBe(lengthOf(period.range));
    return [query, words(period.beforeRange), period.before];
  });
  expect(given).toEqual([
    [
      "from=2026-11-23",
      "2026-11-22T00:00 to 2026-11-22T10:06",
      "the same part of the day before",
    ],
    [
      "from=2026-11-23&to=2026-11-23",
      "2026-11-22T00:00 to 2026-11-22T10:06",
      "the same part of the day before",
    ],
    [
      "from=2026-11-20",
      "2026-11-16T00:00 to 2026-11-19T10:06",
      "the same part of the 4 days before",
    ],
    [
      "from=2026-11-20&to=2027-01-01",
      "2026-11-16T00:00 to 2026-11-19T10:06",
      "the same part of the 4 days before",
    ],
    [
      "from=2026-11-23T08:00:00Z&to=2026-11-23T12:00:00Z",
      "2026-11-22T08:00 to 2026-11-22T10:06",
      "the same part of the day before",
    ],
    [
      "from=2026-11-22&to=2026-11-22",
      "2026-11-21T00:00 to 2026-11-22T00:00",
      "the day before",
    ],
    [
      "from=2026-11-22T08:00:00Z&to=2026-11-22T12:00:00Z",
      "2026-11-22T04:00 to 2026-11-22T08:00",
      "the 4 hours before",
    ],
  ]);
});

test("without a range, it's the last 24 hours", () => {
  expect(read("")?.label).toBe("Last 24 hours");
  expect(read("range=&from=&to=")?.label).toBe("Last 24 hours");
});

test("ends are dates or times, widened to whole hours; a last date is included in the range", () => {
  const cases = [
    ["from=2026-11-01&to=2026-11-20", "2026-11-01T00:00 to 2026-11-21T00:00"],
    ["from=2026-11-20", "2026-11-20T00:00 to 2026-11-23T10:06"],
    [
      "from=2026-11-20T10:20:00Z&to=2026-11-20T12:00:01Z",
      "2026-11-20T10:00 to 2026-11-20T13:00",
    ],
    [
      "from=2026-11-20T10:00:00%2B02:00&to=2026-11-20T12:00:00+02:00",
      "2026-11-20T08:00 to 2026-11-20T10:00",
    ],
    ["from=2026-11-20&to=2027-01-01", "2026-11-20T00:00 to 2026-11-23T10:06"],
  ] as const;
  for (const [query, expected] of cases) {
    const period = read(query);
    expect([query, period && words(period.range)]).toEqual([query, expected]);
  }
});

test("a custom range is named by its days and compared with a previous period of the same length", () => {
  const period = read("from=2026-11-01&to=2026-11-20");
  expect(period?.label).toBe("1 Nov 2026 – 20 Nov 2026");
  expect(period?.before).toBe("the 20 days before");
  expect(period && words(period.beforeRange)).toBe(
    "2026-10-12T00:00 to 2026-11-01T00:00",
  );
  expect(read("from=2026-11-20&to=2026-11-20")?.label).toBe("20 Nov 2026");
});

test("the chart of a custom range has at most 100 bars that cover it without gaps", () => {
  for (let hours = 1; hours <= 400 * 24; hours += 13) {
    const to = Date.parse("2026-11-23T10:00:00Z");
    const from = to - hours * HOUR_MS;
    const period = read(`from=${full(from)}&to=${full(to)}`);
    if (period === undefined) throw new Error("The range was refused.");
    const bars = spansOf(period);
    expect(bars.length).toBeLessThanOrEqual(101);
    if (hours >= 48) expect(bars.length).toBeGreaterThanOrEqual(24);
    expect([bars[0]?.from, bars.at(-1)?.to]).toEqual([from, to]);
    bars.forEach((bar, index) => {
      if (index > 0) expect(bar.from).toBe(bars[index - 1]?.to ?? 0);
    });
  }
});

test("an invalid range is reported without repeating it", () => {
  const cases = [
    ["range=2h", "must be one of 1h, 24h, 7d, 30d and 90d"],
    ["range=toString", "must be one of"],
    ["range=7d&range=24h", "twice"],
    ["range=7d&from=2026-11-01", "by its name and by its ends"],
    ["to=2026-11-01", "no beginning"],
    ["from=2026-02-30", "from is no date"],
    ["from=2026-11-01&to=soon", "to is no date"],
    ["from=7d", "from is no date"],
    ["from=%3Cb%3E", "from is no date"],
    ["from=2026-11-10&to=2026-11-01", "ends before it begins"],
    ["from=2026-12-01&to=2026-12-02", "in the future"],
    ["from=2024-01-01", "longer than 400 days"],
  ] as const;
  for (const [query, expected] of cases) {
    const { period, mistakes } = readRange(new URLSearchParams(query), NOW);
    expect(period).toBeUndefined();
    expect([query, mistakes.join(" ")]).toEqual([
      query,
      expect.stringContaining(expected),
    ]);
    expect(mistakes.join(" ")).not.toContain("<b>");
  }
});

test("a range's terms are a filter for the same time, without an end while it's still running", () => {
  const { range } = namedPeriod("24h", NOW);
  const text = filterText(rangeTerms(range, NOW));
  expect(text).toBe("after:2026-11-22T10:06");
  const past = { from: range.from - DAY_MS, to: range.from };
  const { filter, mistakes } = parseFilter(
    filterText(rangeTerms(past, NOW)),
    NOW,
  );
  expect(mistakes).toEqual([]);
  expect(filter).toEqual([
    { field: "after", at: past.from, negated: false },
    { field: "before", at: past.to, negated: false },
  ]);
});

function read(query: string): Period | undefined {
  return readRange(new URLSearchParams(query), NOW).period;
}

function spans(name: (typeof RANGE_NAMES)[number]) {
  const period = namedPeriod(name, NOW);
  const all = spansOf(period);
  // The first and the last may be partial.
  for (const { from, to } of all.slice(1, -1))
    expect(to - from).toBe(period.spanMs);
  return all;
}

function iso(at: number): string {
  return new Date(at).toISOString().slice(0, 16);
}

function full(at: number): string {
  return new Date(at).toISOString();
}

function words({ from, to }: { from: number; to: number }): string {
  return `${iso(from)} to ${iso(to)}`;
}

function lengthOf({ from, to }: { from: number; to: number }): number {
  return to - from;
}
