import { codesSeen, type CodeSeen } from "../errors/codes-seen.ts";
import type { MessageFilter } from "../store/filter.ts";
import type { MessageRow, Store } from "../store/store.ts";
import type { BoundedCount, TopSenders } from "../store/tally.ts";
import type { TimeRange } from "../time/time-range.ts";
import {
  rangeTerms,
  type Period,
  type RangeTerms,
} from "../time/time-range.ts";
import { worstGroups, type Group } from "./breakdown.ts";
import { outcomesBySpan, type SpanOutcomes } from "./by-span.ts";
import { deliveryTimeOf, type DeliveryTime } from "./delivery-time.ts";
import { lost, sumOfOutcomes, totalOf, type Outcomes } from "./outcomes.ts";
import { FAILED_STATUSES } from "../twilio/status.ts";

export type OverviewStore = Pick<
  Store,
  | "tally"
  | "topSenders"
  | "deliveryTimes"
  | "listMessages"
  | "countMessages"
  | "firstMessageAt"
>;

/** Whether delivery is healthy: what the messages of a period came to. */
export type Overview = {
  readonly total: Outcomes;
  readonly spans: readonly SpanOutcomes[];
  /** All of the same time before; undefined when messages don't reach back to its beginning. */
  readonly before: Outcomes | undefined;
  readonly deliveryTime: DeliveryTime | undefined;
  /** Why messages did not arrive: the code of most of them first. */
  readonly codes: readonly CodeSeen[];
  /** Worst failure rate first. */
  readonly countries: readonly Group[];
  readonly senders: readonly Group[];
  /** Of which senders those are the worst. */
  readonly sendersCovered: TopSenders["coverage"];
  /** Newest first. */
  readonly failures: readonly MessageRow[];
  /** Undefined when the period is too young to have any. */
  readonly stuck: Stuck | undefined;
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

export async function readOverview(
  store: OverviewStore,
  period: Period,
  now: number,
): Promise<Overview> {
  const { range, spanMs, beforeRange } = period;
  const [
    before,
    times,
    byCode,
    byCountry,
    bySender,
    failures,
    stuck,
    since = now,
  ] = await Promise.all([
    store.tally({ range: beforeRange }),
    store.deliveryTimes(range),
    store.tally({ range, by: "errorCode", spanMs }),
    store.tally({ range, by: "country" }),
    store.topSenders({ range, of: "lost" }),
    store.listMessages(failedIn(range), { size: FAILURES_SHOWN }),
    readStuck(store, range, now),
    store.firstMessageAt(),
  ]);
  // Messages without a code have a row too: this counts every one.
  const spans = outcomesBySpan(byCode, period);
  return {
    total: sumOfOutcomes(spans.map(({ outcomes }) => outcomes)),
    spans,
    before: since <= beforeRange.from ? totalOf(before) : undefined,
    deliveryTime: deliveryTimeOf(times),
    codes: codesSeen(byCode, period, lost),
    countries: worstGroups(byCountry, GROUPS_SHOWN),
    senders: worstGroups(bySender.rows, GROUPS_SHOWN),
    sendersCovered: bySender.coverage,
    failures: failures.messages,
    stuck,
  };
}

async function readStuck(
  store: OverviewStore,
  { from, to }: TimeRange,
  now: number,
): Promise<Stuck | undefined> {
  const limit = now - STUCK_AFTER_HOURS * 60 * MINUTE_MS;
  const before = Math.min(to, Math.floor(limit / MINUTE_MS) * MINUTE_MS);
  if (before <= from) return undefined;
  const count = await store.countMessages([
    { field: "status", values: ["sent"], negated: false },
    ...inRange({ from, to: before }),
  ]);
  return { count, terms: rangeTerms({ from, to: before }, now) };
}

function failedIn(range: TimeRange): MessageFilter {
  return [
    { field: "status", values: FAILED_STATUSES, negated: false },
    ...inRange(range),
  ];
}

/** The conditions of messages first heard of in a range. */
export function inRange({ from, to }: TimeRange): MessageFilter {
  return [
    { field: "after", at: from, negated: false },
    { field: "before", at: to, negated: false },
  ];
}
