import type { TallyRow } from "../store/tally.ts";
import { ended, lost, outcomesOf, type Outcomes } from "./outcomes.ts";

/** The messages of one country, sender, or service. */
export type Group = {
  /** As in the tally; null for messages without one. */
  readonly key: string | null;
  /** A sender's address id. */
  readonly id: number | undefined;
  readonly outcomes: Outcomes;
  /** The failed share of messages with a final status, 0 to 1. */
  readonly failureRate: number;
};

/** A rate of fewer messages with a final status than this means little, and isn't ranked. */
export const GROUP_SAMPLE_MIN = 20;

/**
 * Returns groups with enough messages with a final status, some of them failed, the
 * worst failure rate first; among equals, the bigger one.
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
