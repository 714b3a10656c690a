import { codesSeen, type CodeSeen } from "../errors/codes-seen.ts";
import type { MessageFilter } from "../store/filter.ts";
import type { MessageRow, Store } from "../store/store.ts";
import type {
  BoundedCount,
  FilteredTallyRequest,
  TallyRow,
  TopSenders,
} from "../store/tally.ts";
import {
  partFrom,
  rangeTerms,
  type Period,
  type RangeTerms,
  type TimeRange,
} from "../time/time-range.ts";
import { worstGroups, type Group } from "./breakdown.ts";
import { outcomesBySpan, type SpanOutcomes } from "./by-span.ts";
import { deliveryTimeOf, type DeliveryTime } from "./delivery-time.ts";
import { lost, sumOfOutcomes, totalOf, type Outcomes } from "./outcomes.ts";
import { FAILED_STATUSES } from "../twilio/status.ts";

export type OverviewStore = Pick<
  Store,
  | "tally"
  | "keptTally"
  | "newestTally"
  | "topSenders"
  | "deliveryTimes"
  | "listMessages"
  | "countMessages"
  | "firstMessageAt"
>;

/** Whether delivery is healthy: what the messages of a period came to. */
export type Overview = {
  /** What was asked for, or its latest part where not everything could be counted. */
  readonly period: Period;
  readonly total: Outcomes;
  readonly spans: readonly SpanOutcomes[];
  /** All of the same time before; undefined when that isn't known. */
  readonly before: Outcomes | undefined;
  /** Why messages did not arrive: the code of most of them first. */
  readonly codes: readonly CodeSeen[];
  /** Undefined where there are too many messages to count them. */
  readonly groups: Groups | undefined;
  readonly failures: LatestFailures;
  /** Undefined when the period is too young to have any. */
  readonly stuck: Stuck | undefined;
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

/** The newest failed messages; there may be older ones where the search hit its limit. */
export type LatestFailures = {
  readonly messages: readonly MessageRow[];
  readonly isPartial: boolean;
};

/** Messages sent over `STUCK_AFTER_HOURS` ago, of which nothing was heard since. */
export type Stuck = {
  readonly count: BoundedCount;
  /** The conditions, beside their status, of a list of them. */
  readonly terms: RangeTerms;
};

/** A receipt mostly comes within seconds; after so long it rarely comes at all. */
export const STUCK_AFTER_HOURS = 6;
const FAILURES_SHOWN = 8;
const GROUPS_SHOWN = 6;
const MINUTE_MS = 60_000;

/** Undefined when the filter lets more messages through in the latest hour than can be counted. */
export async function readOverview(
  store: OverviewStore,
  period: Period,
  now: number,
  filter: MessageFilter = [],
): Promise<Overview | undefined> {
  const counted = await (filter.length === 0
    ? countAll(store, period)
    : countFiltered(store, period, now, filter));
  if (counted === undefined) return undefined;
  const { byCode, before, since, ...rest } = counted;
  const { range } = counted.period;
  const [failures, stuck] = await Promise.all([
    readFailures(store, filter, range),
    readStuck(store, filter, range, now),
  ]);
  // Messages without a code have a row too: this counts every one.
  const spans = outcomesBySpan(byCode, counted.period);
  return {
    ...rest,
    total: sumOfOutcomes(spans.map(({ outcomes }) => outcomes)),
    spans,
    before:
      before && since <= counted.period.beforeRange.from
        ? totalOf(before)
        : undefined,
    codes: codesSeen(byCode, counted.period, lost),
    failures,
    stuck,
  };
}

/** What is counted of a period. */
type CountedPeriod = Pick<Overview, "period" | "groups"> & {
  readonly byCode: readonly TallyRow[];
  readonly before: readonly TallyRow[] | undefined;
  /** Since when there are messages at all. */
  readonly since: number;
};

async function countAll(
  store: OverviewStore,
  period: Period,
): Promise<CountedPeriod> {
  const { range, beforeRange, spanMs } = period;
  const [before, times, byCode, byCountry, bySender, since] = await Promise.all(
    [
      store.tally({ range: beforeRange }),
      store.deliveryTimes(range),
      store.tally({ range, by: "errorCode", spanMs }),
      store.tally({ range, by: "country" }),
      store.topSenders({ range, of: "lost" }),
      store.firstMessageAt(),
    ],
  );
  return {
    period,
    byCode,
    before,
    since: since ?? Infinity,
    groups: {
      range,
      deliveryTime: deliveryTimeOf(times),
      countries: worstGroups(byCountry, GROUPS_SHOWN),
      senders: worstGroups(bySender.rows, GROUPS_SHOWN),
      sendersCovered: bySender.coverage,
    },
  };
}

/**
 * Counts the messages one by one. Where there are too many, the kept counts know the whole
 * period, or only its latest part is counted.
 */
async function countFiltered(
  store: OverviewStore,
  asked: Period,
  now: number,
  filter: MessageFilter,
): Promise<CountedPeriod | undefined> {
  const newest = await store.newestTally(filter, asked);
  const isWhole = newest.since <= asked.range.from;
  const kept = isWhole ? undefined : await store.keptTally(filter, asked);
  const period = isWhole || kept ? asked : partFrom(asked, newest.since, now);
  if (newest.since >= asked.range.to && kept === undefined) return undefined;
  const { beforeRange, spanMs } = period;
  const [before, since = Infinity] = await Promise.all([
    countBefore(store, filter, { range: beforeRange, spanMs }),
    store.firstMessageAt(),
  ]);
  return {
    period,
    byCode: kept ?? newest.byCode,
    before,
    since,
    groups:
      newest.since >= asked.range.to
        ? undefined
        : {
            range: { ...period.range, from: newest.since },
            deliveryTime: deliveryTimeOf(newest.deliveryTimes),
            countries: worstGroups(newest.byCountry, GROUPS_SHOWN),
            senders: worstGroups(newest.bySender, GROUPS_SHOWN),
            sendersCovered: "all",
          },
  };
}

/** Undefined when not all of the earlier period can be counted. */
async function countBefore(
  store: OverviewStore,
  filter: MessageFilter,
  request: FilteredTallyRequest,
): Promise<readonly TallyRow[] | undefined> {
  const kept = await store.keptTally(filter, request);
  if (kept !== undefined) return kept;
  const { since, byCode } = await store.newestTally(filter, request);
  return since <= request.range.from ? byCode : undefined;
}

async function readFailures(
  store: OverviewStore,
  filter: MessageFilter,
  range: TimeRange,
): Promise<LatestFailures> {
  const { messages, lookedBackTo } = await store.listMessages(
    [
      ...filter,
      { field: "status", values: FAILED_STATUSES, negated: false },
      ...inRange(range),
    ],
    { size: FAILURES_SHOWN },
  );
  return { messages, isPartial: lookedBackTo !== undefined };
}

async function readStuck(
  store: OverviewStore,
  filter: MessageFilter,
  { from, to }: TimeRange,
  now: number,
): Promise<Stuck | undefined> {
  const limit = now - STUCK_AFTER_HOURS * 60 * MINUTE_MS;
  const before = Math.min(to, Math.floor(limit / MINUTE_MS) * MINUTE_MS);
  if (before <= from) return undefined;
  const count = await store.countMessages([
    ...filter,
    { field: "status", values: ["sent"], negated: false },
    ...inRange({ from, to: before }),
  ]);
  return { count, terms: rangeTerms({ from, to: before }, now) };
}

/** The conditions of messages first heard of in a range. */
export function inRange({ from, to }: TimeRange): MessageFilter {
  return [
    { field: "after", at: from, negated: false },
    { field: "before", at: to, negated: false },
  ];
}
