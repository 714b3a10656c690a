import type { RecordOutcome } from "../store.ts";

/** Outcomes as engines pass them on: one character per event. "4" is none; see REFUSED_CODE. */
export const OUTCOME_CODES: Record<RecordOutcome, string> = {
  repeat: "0",
  new: "1",
  supplement: "2",
  "other-account": "3",
  confirmation: "5",
};

const OUTCOMES: ReadonlyMap<string | undefined, RecordOutcome> = new Map(
  (
    ["repeat", "new", "supplement", "other-account", "confirmation"] as const
  ).map((outcome) => [OUTCOME_CODES[outcome], outcome]),
);

/** The outcome that a character stands for; undefined for any other character. */
export function outcomeOf(code: string | undefined): RecordOutcome | undefined {
  return OUTCOMES.get(code);
}
