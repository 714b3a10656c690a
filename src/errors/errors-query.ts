import type { ErrorCodeCount, HourRange, StatusCount } from "../store/store.ts";

/** The periods that error codes are counted over, by their name in the address. */
export const PERIODS = {
  "24h": { label: "24 hours", hours: 24 },
  "7d": { label: "7 days", hours: 7 * 24 },
  "30d": { label: "30 days", hours: 30 * 24 },
} as const;

export type Period = keyof typeof PERIODS;
export const DEFAULT_PERIOD: Period = "24h";

const HOUR_MS = 3_600_000;

export function isPeriod(text: string): text is Period {
  return Object.hasOwn(PERIODS, text);
}

/** The last `hours` hours, the one under way among them. */
export function lastHours(hours: number, now: number): HourRange {
  const toHour = Math.floor(now / HOUR_MS);
  return { fromHour: toHour - hours + 1, toHour };
}

/** What a period's error codes amount to. */
export type ErrorSummary = {
  readonly codes: readonly ErrorCodeCount[];
  /** Messages first heard of in the period, whatever became of them. */
  readonly messages: number;
};

export function summarise(
  codes: readonly ErrorCodeCount[],
  statuses: readonly StatusCount[],
): ErrorSummary {
  return {
    codes,
    messages: statuses.reduce((sum, each) => sum + each.messages, 0),
  };
}
