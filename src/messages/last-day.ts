import type { Store } from "../store/store.ts";
import type { StatusCounts } from "../store/tally.ts";
import { namedPeriod } from "../time-range.ts";
import type { EventStatus } from "../twilio/status.ts";
import { controlledText, type StatusChoice } from "./filter-controls.ts";
import { filterText, type Term } from "./filter-language.ts";

const DAY_MS = 24 * 3_600_000;
/** The term of the messages that `lastDayCounts` counts. */
const LAST_DAY = ["after", "24h"] as const;

/** Whether a list's page says how many messages of the last 24 hours have each status: while nothing else is filtered. */
export function showsLastDay(terms: readonly Term[]): boolean {
  return (
    terms.length === 0 ||
    controlledText(terms, { status: "" }) === filterText([LAST_DAY])
  );
}

/** The filter of the messages of the last 24 hours with this status. */
export function lastDayText(choice: StatusChoice): string {
  return filterText([["status", choice], LAST_DAY]);
}

/**
 * What became of the messages of the last 24 hours. The rollups count whole hours; what
 * came in the part of an hour before those is counted one by one, up to a bound, so that
 * a status counts just what its list holds.
 */
export async function lastDayCounts(
  store: Pick<Store, "tally" | "countMessages">,
  now: number,
): Promise<StatusCounts> {
  const { range } = namedPeriod("24h", now);
  const [day] = await store.tally({ range });
  const total = async (status: EventStatus): Promise<number> => {
    const { count } = await store.countMessages([
      { negated: false, field: "status", values: [status] },
      { negated: false, field: "after", at: now - DAY_MS },
      { negated: false, field: "before", at: range.from },
    ]);
    return (day?.counts[status] ?? 0) + count;
  };
  return {
    sent: await total("sent"),
    failed: await total("failed"),
    undelivered: await total("undelivered"),
    delivered: await total("delivered"),
    read: await total("read"),
  };
}
