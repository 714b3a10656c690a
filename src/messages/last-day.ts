import type { Store } from "../store/store.ts";
import type { StatusCounts } from "../store/tally.ts";
import { namedPeriod } from "../time/time-range.ts";
import { controlledText, type StatusChoice } from "./filter-controls.ts";
import { filterText, type Term } from "./filter-language.ts";

/** The term for the messages that `lastDayCounts` counts. */
const LAST_DAY = ["after", "24h"] as const;

/** Reports whether a list shows how many messages of the last 24 hours have each status: if nothing is filtered, or only these 24 hours and possibly a status. */
export function showsLastDay(terms: readonly Term[]): boolean {
  return (
    terms.length === 0 ||
    controlledText(terms, { status: "" }) === filterText([LAST_DAY])
  );
}

/** Returns the filter for the messages of the last 24 hours with this status. */
export function lastDayText(choice: StatusChoice): string {
  return filterText([["status", choice], LAST_DAY]);
}

/**
 * Returns the messages of the last 24 hours by status: each count equals its list.
 * Undefined while they aren't counted by the minute.
 */
export async function lastDayCounts(
  store: Pick<Store, "tally" | "countedByMinuteSince">,
  now: number,
): Promise<StatusCounts | undefined> {
  const { range } = namedPeriod("24h", now);
  if (range.from < (await store.countedByMinuteSince())) return undefined;
  const [day] = await store.tally({ range });
  return day?.counts ?? NO_COUNTS;
}

const NO_COUNTS: StatusCounts = {
  sent: 0,
  failed: 0,
  undelivered: 0,
  delivered: 0,
  read: 0,
};
