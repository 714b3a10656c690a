import {
  CHANNELS,
  EVENT_STATUSES,
  type EventStatus,
} from "../../../twilio/status.ts";
import type { Condition, MessageFilter } from "../../filter.ts";
import type { TimeRange } from "../../../time/time-range.ts";
import { addressesMeant } from "./address-search.ts";
import { timesOf } from "../../core/filter-values.ts";
import { sidIds } from "./message-conditions.ts";
import {
  countedByMinuteSince,
  countsAll,
  type Rows,
} from "../tallies/rollup-reader.ts";
import { ANY_CODE, DIMENSIONS } from "../../core/rollup-table.ts";
import type { Db } from "../dialect.ts";
import { readCounts } from "../tallies/tallies.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Conditions with more values than this are searched instead. */
const VALUES_MAX = 20;

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
  let group: Pick<Rows, "dimension" | "keys"> | undefined;
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
      const found = await groupOf(db, condition);
      if (found === undefined || group !== undefined) return undefined;
      group = found;
    }
  }
  const of = group ?? { dimension: DIMENSIONS.all };
  const rows = (codes ?? [ANY_CODE]).map((errorCode) => ({ ...of, errorCode }));
  if (rows.length > VALUES_MAX || (of.keys?.length ?? 0) > VALUES_MAX)
    return undefined;
  const { after = 0, before = Infinity } = timesOf(filter);
  const range = { from: after, to: before };
  if (!isCounted(range, rows, await countedByMinuteSince(db))) return undefined;
  let count = 0;
  for (const each of rows) {
    const counts = await readCounts(db, range, each);
    for (const status of statuses) count += counts[status];
  }
  return count;
}

/** The countries, senders, services or channels that a condition names, each once. */
async function groupOf(
  db: Db,
  condition: Condition,
): Promise<Pick<Rows, "dimension" | "keys"> | undefined> {
  switch (condition.field) {
    case "country":
      return {
        dimension: DIMENSIONS.country,
        keys: [...new Set(condition.values)],
      };
    case "channel":
      return {
        dimension: DIMENSIONS.channel,
        keys: [...new Set(condition.values)].map(
          (channel) => CHANNELS.indexOf(channel) + 1,
        ),
      };
    case "service": {
      const ids = await sidIds(db, condition.values);
      return { dimension: DIMENSIONS.service, keys: [...new Set(ids)] };
    }
    case "from": {
      const meant = await addressesMeant(db, "from", condition.values);
      return "ids" in meant
        ? { dimension: DIMENSIONS.sender, keys: meant.ids }
        : undefined;
    }
    default:
      return undefined;
  }
}

/** Whether there are rows that are exact at both ends. */
function isCounted(
  { from, to }: TimeRange,
  rows: readonly Rows[],
  byMinuteSince: number,
): boolean {
  const isKnown = (at: number, hour: number): boolean =>
    !Number.isFinite(at) ||
    at % HOUR_MS === 0 ||
    (at % MINUTE_MS === 0 && (rows.every(countsAll) || hour >= byMinuteSince));
  return isKnown(from, from) && isKnown(to, Math.floor(to / HOUR_MS) * HOUR_MS);
}
