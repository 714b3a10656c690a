import { EVENT_STATUSES, type EventStatus } from "../../../twilio/status.ts";
import type { MessageFilter } from "../../filter.ts";
import { timesOf } from "../../core/filter-values.ts";
import { countsAll, isExactFor } from "../tallies/rollup-reader.ts";
import { ANY_CODE, DIMENSIONS } from "../../core/rollup-table.ts";
import type { Db } from "../dialect.ts";
import { readCounts } from "../tallies/tallies.ts";
import { keptGroupOf, VALUES_MAX, type KeptGroup } from "./kept-group.ts";

/**
 * How many messages a filter lets through, from the rollups. Undefined where they don't
 * count exactly those: they know statuses, one set of error codes, and one set of
 * countries, senders, services or channels, between two full minutes or hours.
 */
export async function exactCount(
  db: Db,
  filter: MessageFilter,
): Promise<number | undefined> {
  let statuses: readonly EventStatus[] = EVENT_STATUSES;
  let codes: readonly number[] | undefined;
  let group: KeptGroup | undefined;
  for (const condition of filter) {
    const { field, negated } = condition;
    if (field === "after" || field === "before") continue;
    if (field === "status") {
      const { values } = condition;
      statuses = statuses.filter((each) => values.includes(each) !== negated);
      continue;
    }
    if (negated) return undefined;
    if (field === "code" && codes === undefined)
      codes = [...new Set(condition.values)];
    else {
      const found = await keptGroupOf(db, condition);
      if (found === undefined || group !== undefined) return undefined;
      group = found;
    }
  }
  const of = group ?? { dimension: DIMENSIONS.all };
  const rows = (codes ?? [ANY_CODE]).map((errorCode) => ({ ...of, errorCode }));
  if (rows.length > VALUES_MAX) return undefined;
  const { after = 0, before = Infinity } = timesOf(filter);
  const range = { from: after, to: before };
  if (!(await isExactFor(db, range, rows.every(countsAll)))) return undefined;
  let count = 0;
  for (const each of rows) {
    const counts = await readCounts(db, range, each);
    for (const status of statuses) count += counts[status];
  }
  return count;
}
