import { scaleBand, scaleLinear } from "d3-scale";
import { line, stack } from "d3-shape";
import type { TimeRange } from "../../src/time/time-range.ts";
import {
  deliveryRate,
  ended,
  type Outcomes,
} from "../../src/overview/outcomes.ts";

/** The parts of a bar, from bottom to top. */
export const PARTS = ["arrived", "inFlight", "undelivered", "failed"] as const;
export type Part = (typeof PARTS)[number];

/** The drawing's own units; the page stretches it to the available width. */
export const CHART_WIDTH = 1000;
export const CHART_HEIGHT = 200;

export type Rectangle = {
  readonly part: Part;
  readonly bar: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
};

/** The geometry of a chart of stacked bars. */
export type ChartShapes = {
  /** Counts with a horizontal line, evenly spaced from 0 to the chart's top. */
  readonly ticks: readonly number[];
  /** Every part of every bar that isn't empty. */
  readonly rectangles: readonly Rectangle[];
  /** Rates, 0 to 1, with a horizontal line, evenly spaced from the strip's bottom to its top. */
  readonly rateTicks: readonly number[];
  /** Path of the delivery rate, with gaps where fewer than `RATE_POINT_MIN` ended; "" without any. */
  readonly rateLine: string;
  /** The same of the earlier period, and an outline of its counts; "" without one. */
  readonly earlierRateLine: string;
  readonly earlierOutline: string;
  /** Path of the target; "" without one. */
  readonly targetLine: string;
};

/** A chart of few messages has whole numbers at its lines too. */
const TOP_MIN = 4;
const LINES = 4;
/** The rate of fewer messages fluctuates and means little. */
const RATE_POINT_MIN = 5;
/** A drop of a few points should be visible, but chance shouldn't look like one. */
const RATE_SPAN_MIN = 0.04;
const RATE_LINES = 3;
const MARK_WIDTH_MIN = 4;

/** `earlier` has what each bar is compared with, or nothing; `target` is a rate, 0 to 1. */
export function chartShapes(
  bars: readonly Outcomes[],
  earlier: readonly Outcomes[] = [],
  target?: number,
): ChartShapes {
  const counts = [...bars, ...earlier].map(({ messages }) => messages);
  const most = Math.max(TOP_MIN, ...counts);
  const y = scaleLinear()
    .domain([0, most])
    .nice(LINES)
    .range([CHART_HEIGHT, 0]);
  const x = scaleBand<number>()
    .domain(bars.map((_, index) => index))
    .range([0, CHART_WIDTH])
    .paddingInner(0.22)
    .paddingOuter(0.11);
  const series = stack<unknown, Outcomes, Part>().keys(PARTS)([...bars]);
  const rectangles = series.flatMap((ofPart) =>
    ofPart.flatMap(([from, to], bar) =>
      from === to
        ? []
        : [
            {
              part: ofPart.key,
              bar,
              x: x(bar) ?? 0,
              y: y(to),
              width: x.bandwidth(),
              height: y(from) - y(to),
            },
          ],
    ),
  );

  const [rates, earlierRates] = [bars.map(ratePoint), earlier.map(ratePoint)];
  const rateY = rateScale(
    [...rates, ...earlierRates, target].filter((rate) => rate !== undefined),
  );
  const lineOf = line<number | undefined>()
    .defined((rate) => rate !== undefined)
    .x((_, index) => (x(index) ?? 0) + x.bandwidth() / 2)
    .y((rate) => rateY(rate ?? 0))
    .digits(1);
  const rateLine = (points: readonly (number | undefined)[]): string =>
    withDashes(lineOf(points) ?? "", x.bandwidth());
  return {
    ticks: y.ticks(LINES),
    rectangles,
    rateTicks: rateY.ticks(RATE_LINES),
    rateLine: rateLine(rates),
    earlierRateLine: rateLine(earlierRates),
    targetLine:
      target === undefined ? "" : `M0,${short(rateY(target))}H${CHART_WIDTH}`,
    earlierOutline: outline(earlier.map(({ messages }) => y(messages))),
  };
}

function ratePoint(bar: Outcomes): number | undefined {
  return ended(bar) < RATE_POINT_MIN ? undefined : deliveryRate(bar);
}

/** Path of steps at these heights, each as wide as a bar's place, down to the foot at both ends. */
function outline(heights: readonly number[]): string {
  if (heights.length === 0) return "";
  const step = CHART_WIDTH / heights.length;
  const steps = heights.map(
    (y, index) => `V${short(y)}H${short((index + 1) * step)}`,
  );
  return `M0,${CHART_HEIGHT}${steps.join("")}V${CHART_HEIGHT}`;
}

/** Where a time is on the drawing: within the place of its bar, or at an end. */
function placeOf(spans: readonly TimeRange[], at: number): number {
  const bar = spans.findIndex(({ to }) => at < to);
  const span = spans[bar];
  if (span === undefined) return CHART_WIDTH;
  const within = Math.max(0, (at - span.from) / (span.to - span.from));
  return ((bar + within) / spans.length) * CHART_WIDTH;
}

/** Path of the times that are set off, from the top to the bottom; each is wide enough to be seen. */
export function marksPath(
  spans: readonly TimeRange[],
  ranges: readonly TimeRange[],
): string {
  const first = spans[0]?.from ?? 0;
  const last = spans.at(-1)?.to ?? 0;
  return ranges
    .filter(({ from, to }) => to > first && from < last)
    .map(({ from, to }) => {
      const x = placeOf(spans, from);
      const width = Math.max(MARK_WIDTH_MIN, placeOf(spans, to) - x);
      const left = Math.min(x, CHART_WIDTH - width);
      return `M${short(left)},0h${short(width)}v${CHART_HEIGHT}h-${short(width)}z`;
    })
    .join("");
}

/** From a round rate below all to one above all, within 0 and 1. */
function rateScale(rates: readonly number[]) {
  const lowest = Math.min(1, ...rates);
  const highest = rates.length === 0 ? 1 : Math.max(...rates);
  const more = Math.max(0, RATE_SPAN_MIN - (highest - lowest)) / 2;
  const to = Math.min(1, Math.max(highest + more, RATE_SPAN_MIN));
  const from = Math.max(0, Math.min(lowest - more, to - RATE_SPAN_MIN));
  return scaleLinear()
    .domain([from, to])
    .nice(RATE_LINES)
    .range([CHART_HEIGHT, 0]);
}

/** A rate without neighbors is a dash as wide as its bar: a dot is hard to see. */
function withDashes(path: string, width: number): string {
  return path.replaceAll(
    /M([\d.]+),([\d.]+)Z/g,
    (_, x: string, y: string) =>
      `M${short(Number(x) - width / 2)},${y}h${short(width)}`,
  );
}

/** One path for all rectangles of a part, which are equally wide: a chart of 90 bars is four elements, not 360. */
export function pathOf(rectangles: readonly Rectangle[]): string {
  const wide = short(rectangles[0]?.width ?? 0);
  return rectangles
    .map(
      ({ x, y, height }) =>
        `M${short(x)},${short(y)}h${wide}v${short(height)}h-${wide}z`,
    )
    .join("");
}

/** A path of small bars, `width` by `height`, the highest as high as there is room; "" without any. */
export function sparklinePath(
  values: readonly number[],
  width: number,
  height: number,
): string {
  const most = Math.max(0, ...values);
  if (most === 0) return "";
  const step = width / values.length;
  const wide = short(step * 0.75);
  return values
    .map((value, index) => {
      if (value === 0) return "";
      // One among thousands stays visible.
      const barHeight = Math.max(1, (value / most) * height);
      return `M${short(index * step)},${short(height - barHeight)}h${wide}V${height}h-${wide}z`;
    })
    .join("");
}

/** To a tenth of a unit, of what is not below 0. Whole numbers are written much faster than others. */
function short(number: number): string {
  const tenths = Math.round(number * 10);
  const tenth = tenths % 10;
  const whole = (tenths - tenth) / 10;
  return tenth === 0 ? `${whole}` : `${whole}.${tenth}`;
}
