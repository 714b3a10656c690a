import { MINUTES_KEPT } from "../tally.ts";
import {
  DAYS_PER_WEEK,
  GRAINS,
  HOURS_PER_DAY,
  MINUTES_PER_HOUR,
  type RollupBorders,
} from "./rollup-table.ts";

/** The clock can go back by this many minutes without any row being summed up again. */
const BACK_MAX = 60;

/** Two grains, the border up to which there are rows of the longer one, and its length in the shorter one. */
export const SUMS = [
  {
    grain: GRAINS.minute,
    longer: GRAINS.hour,
    times: MINUTES_PER_HOUR,
    border: "hoursUntil",
  },
  {
    grain: GRAINS.hour,
    longer: GRAINS.day,
    times: HOURS_PER_DAY,
    border: "daysUntil",
  },
  {
    grain: GRAINS.day,
    longer: GRAINS.week,
    times: DAYS_PER_WEEK,
    border: "weeksUntil",
  },
] as const;

export type Sum = (typeof SUMS)[number];

/** Work on the rollups for one transaction. */
export type ClockStep =
  /** Remove rows of each longer grain from a bucket on, and move its border back. */
  | {
      readonly kind: "go back";
      readonly removals: readonly (Sum & { readonly bucket: number })[];
      readonly borders: RollupBorders;
    }
  /** Add the rows from one bucket up to another to those of the longer grain. */
  | {
      readonly kind: "sum up";
      readonly sum: Sum;
      readonly from: number;
      readonly until: number;
    }
  /** Remove the rows of minutes before this one. */
  | { readonly kind: "remove minutes"; readonly until: number };

/** What the next step depends on. */
export type ClockState = {
  readonly borders: RollupBorders;
  /** The minute since 1970 at which the latest event was received. */
  readonly now: number;
  /** Rows of minutes before this one have been removed. */
  readonly removedUntil: number;
  /**
   * Whether any message was first seen in the hours of `hoursRun`: the clock has run for as
   * long as minutes are kept.
   */
  readonly hasRun: () => boolean;
};

/**
 * Moves the borders of the rollups along with the clock, which is the time of the latest
 * event. Hours, days and weeks get their rows once they're over, and minutes lose theirs
 * when they're no longer kept. All of it is done in small steps; between any two, every
 * message is counted, so it never matters how late they come. Undefined when nothing is left.
 *
 * A clock can be wrong. Minutes are only removed once it has run for as long as they are
 * kept: until then, when the clock goes back, the borders of hours, days and weeks go back
 * too. Later they stay, and until time has caught up with them, messages are counted by the hour.
 */
export function nextClockStep(state: ClockState): ClockStep | undefined {
  return goBack(state) ?? sumUp(state) ?? removeMinutes(state);
}

/** The hours since 1970 to look at for `ClockState.hasRun`: from the first up to, not including, the second. */
export function hoursRun(now: number): readonly [number, number] {
  return [
    Math.floor((now - 2 * MINUTES_KEPT) / MINUTES_PER_HOUR),
    Math.floor((now - MINUTES_KEPT) / MINUTES_PER_HOUR),
  ];
}

/** Undoes sums of the hour that is under way again, and of later ones, where minutes tell what was summed up. */
function goBack({ borders, now }: ClockState): ClockStep | undefined {
  const hour = startOfHour(now);
  if (now >= borders.hoursUntil - BACK_MAX || hour < borders.minutesFrom)
    return undefined;
  let from = hour;
  const back = { ...borders };
  const removals = SUMS.map((sum) => {
    const bucket = Math.floor(from / sum.times);
    back[sum.border] = Math.min(back[sum.border], bucket * sum.times);
    from = bucket;
    return { ...sum, bucket };
  });
  return { kind: "go back", removals, borders: back };
}

function sumUp({ borders, now }: ClockState): ClockStep | undefined {
  let over = now;
  for (const sum of SUMS) {
    const from = borders[sum.border];
    const until = over - (over % sum.times);
    if (from < until) return { kind: "sum up", sum, from, until };
    over = Math.floor(from / sum.times);
  }
  return undefined;
}

function removeMinutes({
  borders: { minutesFrom, hoursUntil },
  now,
  removedUntil,
  hasRun,
}: ClockState): ClockStep | undefined {
  const kept = Math.min(now - MINUTES_KEPT + 1, startOfHour(hoursUntil));
  const until = kept > minutesFrom && hasRun() ? kept : minutesFrom;
  return removedUntil < until ? { kind: "remove minutes", until } : undefined;
}

function startOfHour(minute: number): number {
  return minute - (minute % MINUTES_PER_HOUR);
}
