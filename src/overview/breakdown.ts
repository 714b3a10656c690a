import type { TallyRow } from "../store/tally.ts";
import { ended, lost, outcomesOf, type Outcomes } from "./outcomes.ts";

/** Messages of one country, sender or service. */
export type Group = {
  /** As the tally gives it; null for messages without one. */
  readonly key: string | null;
  /** A sender's address id. */
  readonly id: number | undefined;
  readonly outcomes: Outcomes;
  /** The share that did not arrive of those that ended, 0 to 1. */
  readonly failureRate: number;
};

/** A rate of fewer ended messages than this says little, and is not ranked. */
export const GROUP_SAMPLE_MIN = 20;

/**
 * Groups with enough ended messages of which some did not arrive, the worst failure rate
 * first; of equals the bigger one.
 */
export function worstGroups(
  rows: readonly TallyRow[],
  limit: number,
): readonly Group[] {
  return rows
    .map(groupOf)
    .filter(
      ({ outcomes }) =>
        ended(outcomes) >= GROUP_SAMPLE_MIN && lost(outcomes) > 0,
    )
    .toSorted(
      (a, b) =>
        b.failureRate - a.failureRate ||
        b.outcomes.messages - a.outcomes.messages,
    )
    .slice(0, limit);
}

/** The biggest groups. */
export function biggestGroups(
  rows: readonly TallyRow[],
  limit: number,
): readonly Group[] {
  return rows
    .map(groupOf)
    .toSorted((a, b) => b.outcomes.messages - a.outcomes.messages)
    .slice(0, limit);
}

function groupOf({ key, id, counts }: TallyRow): Group {
  const outcomes = outcomesOf(counts);
  const of = ended(outcomes);
  return {
    key: key === null ? null : String(key),
    id,
    outcomes,
    failureRate: of === 0 ? 0 : lost(outcomes) / of,
  };
}
