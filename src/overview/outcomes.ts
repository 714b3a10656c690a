import type { StatusCounts, TallyRow } from "../store/tally.ts";

/** A number of messages by outcome. The four parts add up to `messages`. */
export type Outcomes = {
  readonly messages: number;
  /** Delivered or read. */
  readonly arrived: number;
  /** In flight: sent, no final status yet. */
  readonly inFlight: number;
  readonly undelivered: number;
  readonly failed: number;
};

export const NO_OUTCOMES: Outcomes = {
  messages: 0,
  arrived: 0,
  inFlight: 0,
  undelivered: 0,
  failed: 0,
};

export function outcomesOf(counts: StatusCounts): Outcomes {
  const arrived = counts.delivered + counts.read;
  const { sent: inFlight, undelivered, failed } = counts;
  return {
    messages: arrived + inFlight + undelivered + failed,
    arrived,
    inFlight,
    undelivered,
    failed,
  };
}

export function sumOfOutcomes(all: readonly Outcomes[]): Outcomes {
  return all.reduce(
    (sum, each) => ({
      messages: sum.messages + each.messages,
      arrived: sum.arrived + each.arrived,
      inFlight: sum.inFlight + each.inFlight,
      undelivered: sum.undelivered + each.undelivered,
      failed: sum.failed + each.failed,
    }),
    NO_OUTCOMES,
  );
}

/** All that a tally counted. */
export function totalOf(rows: readonly TallyRow[]): Outcomes {
  return sumOfOutcomes(rows.map(({ counts }) => outcomesOf(counts)));
}

/** Messages whose end is known. */
export function ended({ messages, inFlight }: Outcomes): number {
  return messages - inFlight;
}

/** Messages that did not arrive. */
export function lost({ undelivered, failed }: Outcomes): number {
  return undelivered + failed;
}

/** The share that arrived of those that ended, 0 to 1; undefined while none has. */
export function deliveryRate(outcomes: Outcomes): number | undefined {
  const of = ended(outcomes);
  return of === 0 ? undefined : outcomes.arrived / of;
}
