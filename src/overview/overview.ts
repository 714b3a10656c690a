import { codesSeen, type CodeSeen } from "../errors/codes-seen.ts";
import type { MessageFilter } from "../store/filter.ts";
import type { MessageRow, Store } from "../store/store.ts";
import type { BoundedCount } from "../store/tally.ts";
import {
  rangeTerms,
  type Period,
  type RangeTerms,
  type TimeRange,
} from "../time/time-range.ts";
import { FAILED_STATUSES } from "../twilio/status.ts";
import { earlierBySpan, outcomesBySpan, type SpanOutcomes } from "./by-span.ts";
import {
  countAll,
  countFiltered,
  type CountingStore,
  type Groups,
  type NotCompared,
} from "./counted.ts";
import { lostOfAll, lostOfEach, type FailureRates } from "./failure-rates.ts";
import { lost, sumOfOutcomes, type Outcomes } from "./outcomes.ts";

export type OverviewStore = CountingStore &
  Pick<Store, "listMessages" | "countMessages">;

/** Whether delivery is healthy: what the messages of a period came to. */
export type Overview = {
  /** What was asked for, or its latest part where not everything could be counted. */
  readonly period: Period;
  readonly total: Outcomes;
  readonly spans: readonly SpanOutcomes[];
  /** All of the same time before; undefined when that isn't known. */
  readonly before: Outcomes | undefined;
  readonly notCompared: NotCompared | undefined;
  /** The same span by span: as many as `spans`. */
  readonly earlierSpans: readonly Outcomes[] | undefined;
  /** Possibly of whole hours. */
  readonly ratesBefore: RatesBefore | undefined;
  /** Why messages did not arrive: the code of most of them first. */
  readonly codes: readonly CodeSeen[];
  /** Undefined where there are too many messages to count them. */
  readonly groups: Groups | undefined;
  readonly failures: LatestFailures;
  /** Undefined when the period is too young to have any. */
  readonly stuck: Stuck | undefined;
};

/** Which share of the earlier period's finished messages failed; undefined where that isn't known. */
export type RatesBefore = {
  /** With a code, of all. */
  readonly codes: FailureRates;
  /** Of its own. */
  readonly countries: FailureRates | undefined;
  readonly senders: FailureRates | undefined;
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
const MINUTE_MS = 60_000;

/** Undefined when the filter lets more messages through in the latest minute than can be counted. */
export async function readOverview(
  store: OverviewStore,
  asked: Period,
  now: number,
  filter: MessageFilter = [],
): Promise<Overview | undefined> {
  const counted =
    filter.length === 0
      ? await countAll(store, asked)
      : await countFiltered(store, asked, now, filter);
  if (counted === undefined) return undefined;
  const { period, byCode, groups } = counted;
  const earlier =
    typeof counted.earlier === "string" ? undefined : counted.earlier;
  const [failures, stuck] = await Promise.all([
    readFailures(store, filter, period.range),
    readStuck(store, filter, period.range, now),
  ]);
  // Messages without a code have a row too: this counts every one.
  const spans = outcomesBySpan(byCode, period);
  const earlierSpans = earlier && earlierBySpan(earlier.spans, period);
  return {
    period,
    total: sumOfOutcomes(spans.map(({ outcomes }) => outcomes)),
    spans,
    before: earlierSpans && sumOfOutcomes(earlierSpans),
    notCompared:
      typeof counted.earlier === "string" ? counted.earlier : undefined,
    earlierSpans,
    ratesBefore: earlier && {
      codes: lostOfAll(earlier.byCode),
      countries: earlier.byCountry && lostOfEach(earlier.byCountry),
      senders: earlier.bySender && lostOfEach(earlier.bySender),
    },
    codes: codesSeen(byCode, period, lost),
    groups,
    failures,
    stuck,
  };
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
