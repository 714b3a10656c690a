import type { Change } from "../../src/overview/change.ts";
import { changeWords, isMove } from "../../src/overview/change-words.ts";

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

function newsOf(change: Change, wanted: Wanted): string {
  // What may be chance is no news.
  if (isMove(change) && change.isChance === true) return "";
  const moved = change.kind === "new" ? "more" : change.kind;
  if (wanted === "either" || (moved !== "more" && moved !== "less")) return "";
  return moved === wanted ? "change-good" : "change-bad";
}
