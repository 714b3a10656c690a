import { lazy } from "./lazy.ts";

const whole = lazy(() => new Intl.NumberFormat("en-US"));
const compact = lazy(
  () =>
    new Intl.NumberFormat("en-US", {
      notation: "compact",
      maximumFractionDigits: 1,
    }),
);

/** `12,345`. */
export function countWords(count: number): string {
  // A chart has hundreds of them, and to format one is slow.
  return count < 1_000 ? String(count) : whole().format(count);
}

/** `12.3K`, where room is short. */
export function compactCount(count: number): string {
  return count < 10_000 ? countWords(count) : compact().format(count);
}

/** `1 message`, `12,345 messages`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${countWords(count)} ${count === 1 ? one : many}`;
}

/** `1,000+` of a count that stopped at a limit. */
export function boundedCount({
  count,
  isMore,
}: {
  readonly count: number;
  readonly isMore: boolean;
}): string {
  return `${countWords(count)}${isMore ? "+" : ""}`;
}

/** A share of 0 to 1 as `2.3%`; never `0.0%` of something that there is, nor `100.0%` of what is not all. */
export function percent(share: number): string {
  if (share <= 0) return "0%";
  if (share >= 1) return "100%";
  if (share < 0.001) return "< 0.1%";
  if (share > 0.999) return "> 99.9%";
  return `${(share * 100).toFixed(1)}%`;
}

const BYTE_UNITS = ["bytes", "KB", "MB", "GB", "TB"];

/** `4.3 GB`. */
export function byteWords(bytes: number): string {
  let rest = bytes;
  let unit = 0;
  while (rest >= 1_000 && unit < BYTE_UNITS.length - 1) {
    rest /= 1_000;
    unit++;
  }
  return `${rest.toFixed(unit === 0 || rest >= 100 ? 0 : 1)} ${BYTE_UNITS[unit]}`;
}

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** `850 ms`, `3.2 s`, `41 s`, `4 min 10 s`, `2 h 5 min`, `3 d 4 h`. */
export function duration(ms: number): string {
  // Each limit is where the unit would round up to the next one.
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 9_950) return `${(ms / SECOND_MS).toFixed(1)} s`;
  if (ms < 59_500) return `${Math.round(ms / SECOND_MS)} s`;
  if (ms < HOUR_MS - SECOND_MS / 2)
    return twoParts(ms, [MINUTE_MS, "min"], [SECOND_MS, "s"]);
  if (ms < DAY_MS - MINUTE_MS / 2)
    return twoParts(ms, [HOUR_MS, "h"], [MINUTE_MS, "min"]);
  return twoParts(ms, [DAY_MS, "d"], [HOUR_MS, "h"]);
}

type Unit = readonly [ms: number, name: string];

function twoParts(
  ms: number,
  [bigMs, bigName]: Unit,
  [smallMs, smallName]: Unit,
): string {
  const rounded = Math.round(ms / smallMs) * smallMs;
  const big = `${Math.floor(rounded / bigMs)} ${bigName}`;
  const rest = (rounded % bigMs) / smallMs;
  return rest === 0 ? big : `${big} ${rest} ${smallName}`;
}
