import { isWithinChance, type Proportion } from "./significance.ts";

/** How an amount differs from the same stretch of the previous period. */
export type Change =
  /** Nothing to compare: no such stretch, or nothing in both. */
  | { readonly kind: "none" }
  /** There was nothing before. */
  | { readonly kind: "new" }
  | { readonly kind: "same" }
  /** Too few messages on one side for a share to mean anything. */
  | { readonly kind: "few" }
  /** `by` is always above 0: a share of the previous amount, a count, or percentage points. */
  | {
      readonly kind: "more" | "less";
      readonly by: number;
      readonly unit: "share" | "count" | "points";
      /** Of a rate: whether chance alone often makes such a difference. */
      readonly isChance?: boolean;
    };

/** Below this, a difference is given as a count: from 1 to 3 isn't "200% more". */
const SHARE_FROM = 30;
/** Messages with a final status that a comparison of rates needs on both sides. */
export const RATE_SAMPLE_MIN = 30;
/** Differences that don't matter: half a percent of a count, a twentieth of a point of a rate. */
const SAME_SHARE = 0.005;
const SAME_POINTS = 0.05;

export type CountPair = { readonly now: number; readonly before: number };

/** Of counts that stand side by side: all as shares, or all as counts where one is too small for a share. */
export function changesOfCounts(
  pairs: readonly CountPair[],
): readonly Change[] {
  const unit = pairs.some(isTooSmall) ? "count" : "share";
  return pairs.map((pair) => changeOfCount(pair, unit));
}

function isTooSmall({ now, before }: CountPair): boolean {
  const isCompared = before !== 0 && now !== before;
  return (
    isCompared &&
    (Math.max(now, before) < SHARE_FROM || before < SHARE_FROM / 3)
  );
}

function changeOfCount(
  { now, before }: CountPair,
  unit: "share" | "count",
): Change {
  if (now === 0 && before === 0) return { kind: "none" };
  if (before === 0) return { kind: "new" };
  const kind = now > before ? "more" : "less";
  const by = Math.abs(now - before);
  const share = by / before;
  // Of few, even one more or less is reported.
  const isSame = before < SHARE_FROM ? by === 0 : share < SAME_SHARE;
  if (isSame) return { kind: "same" };
  return { kind, by: unit === "share" ? share : by, unit };
}

function proportionOf({ rate = 0, of }: Rate): Proportion {
  return { hits: Math.round(rate * of), of };
}

/** A rate, undefined where there are no messages, and of how many it is. */
type Rate = { readonly rate: number | undefined; readonly of: number };

/** Compares rates, each with its number of messages; undefined rates have none. */
export function changeOfRate(now: Rate, before: Rate): Change {
  if (now.rate === undefined || before.rate === undefined)
    return { kind: "none" };
  if (Math.min(now.of, before.of) < RATE_SAMPLE_MIN) return { kind: "few" };
  const points = (now.rate - before.rate) * 100;
  if (Math.abs(points) < SAME_POINTS) return { kind: "same" };
  return {
    kind: points > 0 ? "more" : "less",
    by: Math.abs(points),
    unit: "points",
    isChance: isWithinChance(proportionOf(now), proportionOf(before)),
  };
}
