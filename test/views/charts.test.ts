import { expect, test } from "bun:test";
import { fc } from "../support/fast-check.ts";
import { NO_OUTCOMES, type Outcomes } from "../../src/overview/outcomes.ts";
import {
  CHART_HEIGHT,
  CHART_WIDTH,
  chartShapes,
  pathOf,
  sparklinePath,
} from "../../views/charts/chart-shapes.ts";
import { spanWords, timeLabels } from "../../views/charts/chart-time.ts";
import {
  namedPeriod,
  RANGE_NAMES,
  spansOf,
} from "../../src/time/time-range.ts";

const count = fc.nat(2_000_000_000);
const bars = fc.array(
  fc
    .record({
      arrived: count,
      inFlight: count,
      undelivered: count,
      failed: count,
    })
    .map(outcomes),
  { minLength: 1, maxLength: 100 },
);

test("the segments of a bar are stacked and sized by their counts, relative to the top line", () => {
  fc.assert(
    fc.property(bars, (all) => {
      const { ticks, rectangles } = chartShapes(all);
      const top = ticks.at(-1) ?? 0;
      all.forEach((bar, index) => {
        const parts = rectangles.filter((each) => each.bar === index);
        let foot = CHART_HEIGHT;
        for (const { part, y, height } of parts) {
          expect(height).toBeCloseTo((bar[part] / top) * CHART_HEIGHT, 6);
          expect(y + height).toBeCloseTo(foot, 6);
          foot = y;
        }
        expect(foot).toBeCloseTo(CHART_HEIGHT * (1 - bar.messages / top), 6);
      });
      for (const { x, y, width } of rectangles) {
        expect(x).toBeGreaterThanOrEqual(0);
        expect(x + width).toBeLessThanOrEqual(CHART_WIDTH);
        expect(y).toBeGreaterThanOrEqual(-1e-6);
      }
    }),
    { numRuns: 50 },
  );
});

test("the lines are at whole numbers, evenly spaced, the top one at the highest bar or above", () => {
  fc.assert(
    fc.property(count, (messages) => {
      const { ticks } = chartShapes([outcomes({ arrived: messages })]);
      const [first = 0, second = 0] = ticks;
      expect(first).toBe(0);
      for (const [index, tick] of ticks.entries()) {
        expect(Number.isInteger(tick)).toBe(true);
        expect(tick).toBe(second * index);
      }
      expect(ticks.length).toBeGreaterThanOrEqual(3);
      expect(ticks.length).toBeLessThanOrEqual(7);
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(messages);
    }),
  );
});

test("without messages there are only lines", () => {
  const { ticks, rectangles, rateLine } = chartShapes([
    NO_OUTCOMES,
    NO_OUTCOMES,
  ]);
  expect([ticks, rectangles, rateLine]).toEqual([[0, 1, 2, 3, 4], [], ""]);
});

test("one bar fills the width, with its rate as a dash of the same width", () => {
  const { rectangles, rateLine } = chartShapes([
    outcomes({ arrived: 6, failed: 2 }),
  ]);
  expect(rectangles.map(({ part, height }) => [part, height])).toEqual([
    ["arrived", 150],
    ["failed", 50],
  ]);
  const { x = 0, width = 0 } = rectangles[0] ?? {};
  expect(width).toBeGreaterThan(CHART_WIDTH / 2);
  expect(rateLine).toBe(`M${Math.round(x)},100h${Math.round(width)}`);
});

test("the rate line breaks where fewer than five messages finished", () => {
  const { rateLine, rateTicks } = chartShapes([
    rate(95),
    rate(100),
    outcomes({ inFlight: 7, failed: 4 }),
    rate(92),
    rate(90),
  ]);
  expect(rateTicks).toEqual([0.9, 0.95, 1]);
  expect(rateLine.match(/M/g)).toHaveLength(2);
  expect(heightsOf(rateLine)).toEqual([100, 0, 160, 200]);
});

test("the rate scale fits the data: a drop of five points takes most of its height", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 95 }), (lower) => {
      const { rateLine, rateTicks } = chartShapes([
        rate(lower + 5),
        rate(lower),
      ]);
      const [high = 0, low = 0] = heightsOf(rateLine);
      expect(low - high).toBeGreaterThanOrEqual(CHART_HEIGHT / 2);
      expect(rateTicks[0]).toBeGreaterThanOrEqual(0);
      expect(rateTicks.at(-1)).toBeLessThanOrEqual(1);
    }),
  );
});

test("a rate that hardly changes looks that way, and every tick is a whole percentage", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1 }),
      (rates) => {
        const { rateLine, rateTicks } = chartShapes(
          rates.map((each) => outcomes({ arrived: each, failed: 1000 - each })),
        );
        const [base = 0] = rateTicks;
        const top = rateTicks.at(-1) ?? 0;
        expect(top - base).toBeGreaterThanOrEqual(0.04 - 1e-9);
        for (const tick of rateTicks)
          expect(tick * 100).toBeCloseTo(Math.round(tick * 100), 6);
        for (const height of heightsOf(rateLine)) {
          expect(height).toBeGreaterThanOrEqual(0);
          expect(height).toBeLessThanOrEqual(CHART_HEIGHT);
        }
        const gaps = rateTicks
          .slice(1)
          .map((tick, at) => tick - (rateTicks[at] ?? 0));
        for (const gap of gaps) expect(gap).toBeCloseTo(gaps[0] ?? 0, 6);
      },
    ),
  );
});

/** Returns the heights of a line's points, from the top down. */
function heightsOf(path: string): number[] {
  return [...path.matchAll(/,(\d+(?:\.\d+)?)/g)].map((each) => Number(each[1]));
}

/** Returns the outcomes of a hundred messages. */
function rate(arrived: number): Outcomes {
  return outcomes({ arrived, failed: 100 - arrived });
}

test("a path has a corner, sides and an end for each rectangle", () => {
  const { rectangles } = chartShapes([
    outcomes({ arrived: 4 }),
    outcomes({ arrived: 2 }),
  ]);
  expect(
    pathOf(rectangles).match(/M[\d.]+,[\d.]+h[\d.]+v[\d.]+h-[\d.]+z/g),
  ).toHaveLength(2);
});

test("coordinates are written to a tenth of a unit, and whole numbers without decimals", () => {
  const tenth = (number: number): string =>
    String(Math.round(number * 10) / 10);
  const size = fc.double({ min: 0, max: CHART_WIDTH, noNaN: true });
  fc.assert(
    fc.property(size, size, size, size, (x, y, width, height) => {
      const rectangle = {
        part: "arrived" as const,
        bar: 0,
        x,
        y,
        width,
        height,
      };
      expect(pathOf([rectangle])).toBe(
        `M${tenth(x)},${tenth(y)}h${tenth(width)}v${tenth(height)}h-${tenth(width)}z`,
      );
    }),
  );
});

test("a sparkline's highest bar has the full height, and one message among many is still visible", () => {
  expect(sparklinePath([0, 0], 100, 20)).toBe("");
  expect(sparklinePath([], 100, 20)).toBe("");
  expect(sparklinePath([1, 0, 10_000, 5_000], 100, 20)).toBe(
    "M0,19h18.8V20h-18.8zM50,0h18.8V20h-18.8zM75,10h18.8V20h-18.8z",
  );
});

test("a chart has at most nine time labels, each round and under its bar", () => {
  const now = Date.parse("2026-11-23T10:05:30Z");
  const texts = RANGE_NAMES.map((name) =>
    timeLabels(spansOf(namedPeriod(name, now))).map(({ text }) => text),
  );
  expect(texts[0]?.slice(0, 3)).toEqual(["09:10", "09:20", "09:30"]);
  expect(texts[1]).toContain("23 Nov");
  expect(texts[1]).toContain("03:00");
  expect(texts[2]).toContain("20 Nov");
  for (const each of texts) {
    expect(each.length).toBeGreaterThanOrEqual(4);
    expect(each.length).toBeLessThanOrEqual(9);
  }
  expect(timeLabels([])).toEqual([]);
});

test("a bar's time is as precise as its length requires", () => {
  const span = (from: string, to: string): string =>
    spanWords({ from: Date.parse(from), to: Date.parse(to) });
  expect([
    span("2026-11-23T10:05:00Z", "2026-11-23T10:06:00Z"),
    span("2026-11-23T23:00:00Z", "2026-11-24T00:00:00Z"),
    span("2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z"),
    span("2026-11-21T00:00:00Z", "2026-11-24T00:00:00Z"),
  ]).toEqual([
    "Mon 23 Nov, 10:05",
    "Mon 23 Nov, 23:00–24:00",
    "Mon 23 Nov",
    "21 Nov – 23 Nov",
  ]);
});

function outcomes(given: Partial<Outcomes>): Outcomes {
  const all = { ...NO_OUTCOMES, ...given };
  return {
    ...all,
    messages: all.arrived + all.inFlight + all.undelivered + all.failed,
  };
}
