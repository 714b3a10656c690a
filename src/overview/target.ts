import { percent } from "../words/amounts.ts";
import { deliveryRate, ended, lost, type Outcomes } from "./outcomes.ts";

/** How a delivery rate compares with a target. */
export type TargetVerdict =
  /** Nothing has a final status. */
  | { readonly kind: "unknown" }
  | {
      readonly kind: "met" | "missed";
      readonly rate: number;
      readonly target: number;
      /** How many messages may fail if the target is to be met exactly, and how many did. */
      readonly allowed: number;
      readonly failed: number;
    };

/** Compares the delivery rate with a target, 0 to 1. */
export function verdictOn(outcomes: Outcomes, target: number): TargetVerdict {
  const rate = deliveryRate(outcomes);
  if (rate === undefined) return { kind: "unknown" };
  const of = ended(outcomes);
  const failed = lost(outcomes);
  // Counted in messages, as shares have errors in their last digits.
  const allowed = Math.floor(of * (1 - target) + 1e-6);
  return {
    kind: failed <= allowed ? "met" : "missed",
    rate,
    target,
    allowed,
    failed,
  };
}

/** `97%`, `97.5%`. */
export function targetWords(target: number): string {
  return `${Number((target * 100).toFixed(3))}%`;
}

/** A delivery rate with as many digits as it takes to tell it from the target: `96.96%`. */
export function rateBesideTarget(rate: number, target: number): string {
  if (rate === target || rate <= 0 || rate >= 1) return percent(rate);
  for (let digits = 1; digits < 6; digits++) {
    const text = (rate * 100).toFixed(digits);
    if (
      Number(text) !== Number((target * 100).toFixed(5)) &&
      Number(text) < 100
    )
      return `${text}%`;
  }
  return percent(rate);
}

/** `0.4 points above the target of 97%`; "" while nothing has a final status. */
export function verdictWords(verdict: TargetVerdict): string {
  if (verdict.kind === "unknown") return "";
  const { rate, target, kind } = verdict;
  const points = Math.abs(rate - target) * 100;
  const side = kind === "met" ? "above" : "below";
  const words = targetWords(target);
  if (points < 0.05)
    return kind === "met"
      ? `meets the target of ${words}`
      : `just below the target of ${words}`;
  return `${points.toFixed(1)} points ${side} the target of ${words}`;
}
