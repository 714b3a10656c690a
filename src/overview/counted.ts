import { partFrom } from "../time/compared-period.ts";
import type { MessageFilter } from "../store/filter.ts";
import type { Store } from "../store/store.ts";
import type {
  FilteredTallyRequest,
  NewestTally,
  TallyRow,
  TopSenders,
} from "../store/tally.ts";
import type { Period, TimeRange } from "../time/time-range.ts";
import { worstGroups, type Group } from "./breakdown.ts";
import { alignedGrain } from "./by-span.ts";
import { deliveryTimeOf, type DeliveryTime } from "./delivery-time.ts";

export type CountingStore = Pick<
  Store,
  | "tally"
  | "keptTally"
  | "newestTally"
  | "topSenders"
  | "deliveryTimes"
  | "firstMessageAt"
>;

/** What is counted of a period. */
export type CountedPeriod = {
  /** What was asked for, or its latest part. */
  readonly period: Period;
  /** By error code and span. */
  readonly byCode: readonly TallyRow[];
  readonly groups: Groups | undefined;
  /** Of the period that it's compared with. */
  readonly earlier: CountedEarlier | NotCompared;
};

/** Why there is nothing to compare with: messages don't reach back so far, or too many match. */
export type NotCompared = "none" | "too many";

export type CountedEarlier = {
  /** In spans that fit the period's, once they are moved by as much as lies between the two. */
  readonly spans: readonly TallyRow[];
  /** Possibly of whole hours. */
  readonly byCode: readonly TallyRow[];
  readonly byCountry: readonly TallyRow[] | undefined;
  readonly bySender: readonly TallyRow[] | undefined;
};

/** What is counted by country and by sender, and how long delivery took. */
export type Groups = {
  /** Of this time: the overview's, or the latest part of it. */
  readonly range: TimeRange;
  readonly deliveryTime: DeliveryTime | undefined;
  /** Worst failure rate first. */
  readonly countries: readonly Group[];
  readonly senders: readonly Group[];
  /** Of which senders those are the worst. */
  readonly sendersCovered: TopSenders["coverage"];
};

const HOUR_MS = 3_600_000;
const GROUPS_SHOWN = 6;

export async function countAll(
  store: CountingStore,
  period: Period,
): Promise<CountedPeriod> {
  const { range, spanMs } = period;
  const [since, times, byCode, byCountry, top] = await Promise.all([
    store.firstMessageAt(),
    store.deliveryTimes(range),
    store.tally({ range, by: "errorCode", spanMs }),
    store.tally({ range, by: "country" }),
    store.topSenders({ range, of: "lost" }),
  ]);
  const senders = worstGroups(top.rows, GROUPS_SHOWN);
  return {
    period,
    byCode,
    groups: {
      range,
      deliveryTime: deliveryTimeOf(times),
      countries: worstGroups(byCountry, GROUPS_SHOWN),
      senders,
      sendersCovered: top.coverage,
    },
    earlier: isReached(since, period)
      ? await countAllBefore(
          store,
          period,
          senders.flatMap(({ id }) => id ?? []),
        )
      : "none",
  };
}

async function countAllBefore(
  store: CountingStore,
  period: Period,
  senderIds: readonly number[],
): Promise<CountedEarlier> {
  const range = period.beforeRange;
  const [spans, byCode, byCountry, bySender] = await Promise.all([
    store.tally({ range, spanMs: alignedGrain(period) }),
    store.tally({ range, by: "errorCode" }),
    store.tally({ range, by: "country" }),
    senderIds.length === 0
      ? []
      : store.tally({ range, by: "sender", senderIds }),
  ]);
  return { spans, byCode, byCountry, bySender };
}

/** Whether messages reach back to the beginning of what a period is compared with. */
function isReached(
  firstMessageAt: number | undefined,
  { beforeRange }: Period,
): boolean {
  return firstMessageAt !== undefined && firstMessageAt <= beforeRange.from;
}

/**
 * Counts the messages one by one. Where there are too many, the kept counts know the whole
 * period, or only its latest part is counted. Undefined where there are too many of the
 * latest minute.
 */
export async function countFiltered(
  store: CountingStore,
  asked: Period,
  now: number,
  filter: MessageFilter,
): Promise<CountedPeriod | undefined> {
  const newest = await store.newestTally(filter, { ...asked, isTimed: true });
  const isWhole = newest.since <= asked.range.from;
  const isNone = newest.since >= asked.range.to;
  const kept = isWhole ? undefined : await store.keptTally(filter, asked);
  if (isNone && kept === undefined) return undefined;
  const period = isWhole || kept ? asked : partFrom(asked, newest.since, now);
  const request = {
    range: period.beforeRange,
    spanMs: alignedGrain(period),
  };
  const earlier = isReached(await store.firstMessageAt(), period)
    ? // Where one period has too many to count, the other has, too.
      ((kept ? undefined : await countBefore(store, filter, request)) ??
      (await keptBefore(store, filter, request)) ??
      "too many")
    : "none";
  return {
    period,
    byCode: kept ?? newest.byCode,
    groups: isNone ? undefined : groupsOf(newest, period),
    earlier,
  };
}

function groupsOf(newest: NewestTally, { range }: Period): Groups {
  return {
    range: { ...range, from: newest.since },
    deliveryTime: deliveryTimeOf(newest.deliveryTimes),
    countries: worstGroups(newest.byCountry, GROUPS_SHOWN),
    senders: worstGroups(newest.bySender, GROUPS_SHOWN),
    sendersCovered: "all",
  };
}

async function countBefore(
  store: CountingStore,
  filter: MessageFilter,
  request: FilteredTallyRequest,
): Promise<CountedEarlier | undefined> {
  const newest = await store.newestTally(filter, request);
  return newest.since <= request.range.from
    ? { ...newest, spans: newest.byCode }
    : undefined;
}

async function keptBefore(
  store: CountingStore,
  filter: MessageFilter,
  request: FilteredTallyRequest,
): Promise<CountedEarlier | undefined> {
  const kept = await keptExactly(store, filter, request);
  return (
    kept && {
      spans: kept,
      byCode: kept,
      byCountry: undefined,
      bySender: undefined,
    }
  );
}

/**
 * The kept counts. Where only whole hours are kept, without the messages of the hours at both
 * ends that aren't in the range, which are counted one by one.
 */
async function keptExactly(
  store: CountingStore,
  filter: MessageFilter,
  { range, spanMs }: FilteredTallyRequest,
): Promise<readonly TallyRow[] | undefined> {
  const exact = await store.keptTally(filter, { range, spanMs });
  if (exact !== undefined) return exact;
  const from = Math.floor(range.from / HOUR_MS) * HOUR_MS;
  const to = Math.ceil(range.to / HOUR_MS) * HOUR_MS;
  const kept = await store.keptTally(filter, { range: { from, to }, spanMs });
  if (kept === undefined) return undefined;
  const surplus: TallyRow[] = [];
  for (const edge of [
    { from, to: range.from },
    { from: range.to, to },
  ]) {
    if (edge.from === edge.to) continue;
    const counted = await store.newestTally(filter, { range: edge, spanMs });
    if (counted.since > edge.from) return undefined;
    surplus.push(...counted.byCode);
  }
  return without(kept, surplus);
}

function without(
  rows: readonly TallyRow[],
  surplus: readonly TallyRow[],
): TallyRow[] {
  const nameOf = ({ key, at }: TallyRow): string => `${key} ${at}`;
  const less = Map.groupBy(surplus, nameOf);
  return rows.map((row) => {
    const { sent, failed, undelivered, delivered, read } = row.counts;
    const counts = { sent, failed, undelivered, delivered, read };
    for (const each of less.get(nameOf(row)) ?? []) {
      counts.sent -= each.counts.sent;
      counts.failed -= each.counts.failed;
      counts.undelivered -= each.counts.undelivered;
      counts.delivered -= each.counts.delivered;
      counts.read -= each.counts.read;
    }
    return { ...row, counts };
  });
}
