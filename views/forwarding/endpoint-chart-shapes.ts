import { scaleBand, scaleLog } from "d3-scale";
import { line } from "d3-shape";
import type { ReportedHour } from "../../src/forwarding/endpoint-report.ts";

/** The drawing's own units; the page stretches it to the available width. */
export const WIDTH = 1_000;
export const HEIGHT = 200;

/** The durations with a horizontal line, in milliseconds. */
export const TIMES = [10, 100, 1_000, 10_000] as const;
/** Where longer ones are drawn. */
const TIME_TOP = 15_000;

/** How many attempts there were. */
export function total({ succeeded, failed }: ReportedHour): number {
  return succeeded + failed;
}

function bandsOf(hours: readonly ReportedHour[], width: number) {
  return scaleBand<number>()
    .domain(hours.map((_, index) => index))
    .range([0, width])
    .paddingInner(0.22)
    .paddingOuter(0.11);
}

/** Bars of all hours as one path for each outcome; `top` is the amount at the top. */
export function barPaths(
  hours: readonly ReportedHour[],
  width: number,
  height: number,
  top: number,
) {
  const bands = bandsOf(hours, width);
  const most = Math.max(top, ...hours.map(total));
  const tall = (count: number): number =>
    count === 0 ? 0 : Math.max(height / 100, (count / most) * height);
  const bar = (hour: number, foot: number, count: number): string =>
    count === 0
      ? ""
      : `M${short(bands(hour) ?? 0)},${short(height - foot)}h${short(bands.bandwidth())}v-${short(tall(count))}h-${short(bands.bandwidth())}z`;
  return {
    succeeded: hours
      .map(({ succeeded }, hour) => bar(hour, 0, succeeded))
      .join(""),
    failed: hours
      .map(({ succeeded, failed }, hour) => bar(hour, tall(succeeded), failed))
      .join(""),
  };
}

function short(number: number): string {
  return String(Math.round(number * 10) / 10);
}

export function linesPath(count: number): string {
  const gap = HEIGHT / (count - 1);
  const each = (_: unknown, index: number): string =>
    `M0,${short(index * gap)}H${WIDTH}`;
  return Array.from({ length: count }, each).join("");
}

/** Durations differ by factors, so their scale is logarithmic. */
export function timesPath(hours: readonly ReportedHour[]): string {
  const [low] = TIMES;
  const y = scaleLog()
    .domain([low, Math.max(...TIMES)])
    .range([HEIGHT, 0]);
  const bands = bandsOf(hours, WIDTH);
  const path =
    line<ReportedHour>()
      .defined(({ p95Ms }) => p95Ms !== undefined)
      .x((_, index) => (bands(index) ?? 0) + bands.bandwidth() / 2)
      .y(({ p95Ms = low }) => y(Math.min(Math.max(p95Ms, low), TIME_TOP)))
      .digits(1)(hours) ?? "";
  // An hour without neighbors is a dash as wide as its bar: a dot is hard to see.
  const half = bands.bandwidth() / 2;
  return path.replaceAll(
    /M([\d.]+),([\d.-]+)Z/g,
    (_, x: string, at: string) =>
      `M${short(Number(x) - half)},${at}h${short(2 * half)}`,
  );
}
