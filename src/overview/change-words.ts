import { countWords, percent } from "../words/amounts.ts";
import type { Change } from "./change.ts";

/** `12% more`, `1.3 points lower, within chance`, `4 fewer`; "" where there is nothing to say. */
export function changeWords(change: Change): string {
  const isChance = isMove(change) && change.isChance === true;
  return `${moveWords(change)}${isChance ? ", within chance" : ""}`;
}

/** The same, without whether it may be chance. */
export function moveWords(change: Change): string {
  switch (change.kind) {
    case "none":
      return "";
    case "new":
      return "none before";
    case "same":
      return "as before";
    case "few":
      return "too few to compare";
    default:
      return `${amountOf(change.by, change.unit)} ${wordOf(change)}`;
  }
}

type Move = Extract<Change, { kind: "more" | "less" }>;

export function isMove(change: Change): change is Move {
  return change.kind === "more" || change.kind === "less";
}

function amountOf(by: number, unit: Move["unit"]): string {
  if (unit === "points") return `${by.toFixed(1)} points`;
  if (unit === "count") return countWords(by);
  if (by >= 9.95) return "over 10 times";
  return by < 0.1 ? percent(by) : `${countWords(Math.round(by * 100))}%`;
}

function wordOf({ kind, unit, by }: Move): string {
  if (unit === "share" && by >= 9.95) return "as many";
  if (kind === "more") return unit === "points" ? "higher" : "more";
  return unit === "points" ? "lower" : "fewer";
}
