import type { TallyRow } from "../store/tally.ts";
import { ended, lost, outcomesOf, totalOf } from "./outcomes.ts";
import type { Proportion } from "./significance.ts";

/** Failed messages of those with a final status, by what they are counted by. */
export type FailureRates = (key: string | number | null) => Proportion;

/** Of each key's own messages. */
export function lostOfEach(rows: readonly TallyRow[]): FailureRates {
  const byKey = new Map(
    rows.map(({ key, counts }) => {
      const outcomes = outcomesOf(counts);
      return [key, { hits: lost(outcomes), of: ended(outcomes) }];
    }),
  );
  return (key) => byKey.get(key) ?? { hits: 0, of: 0 };
}

/** Of all messages: how many failed with each key. */
export function lostOfAll(rows: readonly TallyRow[]): FailureRates {
  const of = ended(totalOf(rows));
  const byKey = Map.groupBy(rows, ({ key }) => key);
  return (key) => ({ hits: lost(totalOf(byKey.get(key) ?? [])), of });
}
