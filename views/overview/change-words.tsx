import type { Change } from "../../src/overview/change.ts";
import { countWords, percent } from "../../src/words/amounts.ts";

/** Which direction is good: more, less, or neither. */
export type Wanted = "more" | "less" | "either";

/** How an amount changed: an arrow, words, and a color if it's good or bad news. */
export function ChangeWords({
  change,
  before,
  wanted,
}: {
  readonly change: Change;
  /** `the 24 hours before`. */
  readonly before: string;
  readonly wanted: Wanted;
}) {
  if (change.kind === "none") return "";
  return (
    <span
      class={`change ${newsOf(change, wanted)}`}
      title={`Against ${before}`}
    >
      {isMove(change) ? (
        <span aria-hidden="true">{change.kind === "less" ? "↓ " : "↑ "}</span>
      ) : (
        ""
      )}
      <span safe>{changeWords(change)}</span>
    </span>
  );
}

/** `12% more`, `1.3 points lower`, `4 fewer`; "" where there is nothing to say. */
export function changeWords(change: Change): string {
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

function isMove(change: Change): change is Move {
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

function newsOf(change: Change, wanted: Wanted): string {
  const moved = change.kind === "new" ? "more" : change.kind;
  if (wanted === "either" || (moved !== "more" && moved !== "less")) return "";
  return moved === wanted ? "change-good" : "change-bad";
}
