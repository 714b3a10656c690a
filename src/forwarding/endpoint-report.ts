import type { Endpoint } from "../store/endpoints.ts";
import {
  DURATION_BUCKETS,
  endpointTarget,
  type Attempt,
  type OutboxStore,
  type TargetHour,
  type TargetState,
} from "../store/outbox.ts";
import type { TimeRange } from "../time/time-range.ts";
import type { BoundedCount } from "../store/tally.ts";
import { boundedCount, countWords } from "../words/amounts.ts";
import { sentenceStart } from "../words/plain-text.ts";
import { healthOf } from "./endpoint-health.ts";

const HOUR_MS = 3_600_000;
/** With the hour under way. */
const HOURS = 24;

/** The attempts of an hour or of several. */
export type Attempts = {
  readonly succeeded: number;
  readonly failed: number;
  /** 95 of 100 successful attempts took at most this long; Infinity beyond the last bucket; undefined without any. */
  readonly p95Ms: number | undefined;
};

export type ReportedHour = Attempts & { readonly span: TimeRange };

/**
 * How many events wait. `isUpTo`: some of them may not match, as the filter is applied when
 * they're sent.
 */
export type Waiting = BoundedCount & { readonly isUpTo: boolean };

/** How forwarding to an endpoint goes. */
export type EndpointReport = {
  readonly endpoint: Endpoint;
  /** Events that still have to reach it, and since when the first of them waits. */
  readonly waiting: Waiting;
  readonly waitingSince: number | undefined;
  /** Events that were given up. */
  readonly givenUp: number;
  /** The last 24 hours, oldest first, and all of them. */
  readonly hours: readonly ReportedHour[];
  readonly day: Attempts;
  /** The latest failed attempt of the last 24 hours. */
  readonly lastFailure: Attempt | undefined;
};

type ReportStore = Pick<OutboxStore, "states" | "hours" | "attempts">;

/** Reads how each of these endpoints is doing. */
export async function readReports(
  outbox: ReportStore,
  endpoints: readonly Endpoint[],
  now: number,
): Promise<readonly EndpointReport[]> {
  const states = await outbox.states(
    endpoints.map(({ id }) => endpointTarget(id)),
  );
  return Promise.all(
    endpoints.map((endpoint) =>
      readReport(
        outbox,
        endpoint,
        states.get(endpointTarget(endpoint.id)) ?? NOTHING_WAITS,
        now,
      ),
    ),
  );
}

async function readReport(
  outbox: ReportStore,
  endpoint: Endpoint,
  state: TargetState,
  now: number,
): Promise<EndpointReport> {
  const target = endpointTarget(endpoint.id);
  const until = (Math.floor(now / HOUR_MS) + 1) * HOUR_MS;
  const from = until - HOURS * HOUR_MS;
  const [rows, failures] = await Promise.all([
    outbox.hours(target, { from, until }),
    outbox.attempts(target, { size: 1, isSuccess: false }),
  ]);
  const byHour = new Map(rows.map((row) => [row.at, row]));
  const hours = Array.from({ length: HOURS }, (_, index) => {
    const at = from + index * HOUR_MS;
    const span = { from: at, to: at + HOUR_MS };
    return {
      span,
      ...attemptsOf([byHour.get(at)].flatMap((row) => row ?? [])),
    };
  });
  const [failure] = failures;
  return {
    endpoint,
    ...waitingOf(state, endpoint, now),
    givenUp: state.failed,
    hours,
    day: attemptsOf(rows),
    lastFailure: failure && failure.at >= from ? failure : undefined,
  };
}

/** An endpoint that keeps up is this far behind at most: how far it is, is saved now and then. */
const KEEPS_UP_MS = 10_000;

function waitingOf(
  state: TargetState,
  endpoint: Endpoint,
  now: number,
): Pick<EndpointReport, "waiting" | "waitingSince"> {
  const { behind, behindSince, waiting, waitingSince } = state;
  const keepsUp =
    healthOf(endpoint, now) === "active" &&
    (behindSince ?? now) > now - KEEPS_UP_MS;
  if (keepsUp)
    return {
      waiting: { count: waiting, isMore: false, isUpTo: false },
      waitingSince,
    };
  const since = [behindSince, waitingSince].filter((at) => at !== undefined);
  return {
    waiting: {
      count: behind.count + waiting,
      isMore: behind.isMore,
      isUpTo: isUpTo(state, endpoint),
    },
    waitingSince: since.length === 0 ? undefined : Math.min(...since),
  };
}

/** Whether some of the events that an endpoint is behind may not match. */
export function isUpTo(
  { behind }: Pick<TargetState, "behind">,
  { filter, events }: Pick<Endpoint, "filter" | "events">,
): boolean {
  return behind.count > 0 && (filter !== "" || events !== null);
}

/** How many events wait: `12`, `10,000+`, `up to 12`, or `10,000+ to filter`, of which none may match. */
export function waitingWords({ isUpTo, ...count }: Waiting): string {
  const words = boundedCount(count);
  if (!isUpTo) return words;
  return count.isMore ? `${words} to filter` : `up to ${words}`;
}

/** The same as a sentence: `Up to 12 events are waiting.` */
export function waitingSentence(waiting: Waiting, thing = "event"): string {
  const { count, isMore, isUpTo } = waiting;
  if (isMore && isUpTo)
    return `More than ${countWords(count)} ${thing}s are waiting to be filtered.`;
  const things = count === 1 && !isMore ? `${thing} is` : `${thing}s are`;
  return `${sentenceStart(waitingWords(waiting))} ${things} waiting.`;
}

const NOTHING_WAITS: TargetState = {
  behind: { count: 0, isMore: false },
  behindSince: undefined,
  waiting: 0,
  waitingSince: undefined,
  failed: 0,
};

function attemptsOf(rows: readonly TargetHour[]): Attempts {
  const sum = (of: (row: TargetHour) => number): number =>
    rows.reduce((total, row) => total + of(row), 0);
  const durations = DURATION_BUCKETS.map((_, bucket) =>
    sum((row) => row.durations[bucket] ?? 0),
  );
  return {
    succeeded: sum(({ succeeded }) => succeeded),
    failed: sum(({ failed }) => failed),
    p95Ms: p95Of(durations),
  };
}

/** The upper limit of the bucket that has the 95th of 100. */
function p95Of(durations: readonly number[]): number | undefined {
  const all = durations.reduce((total, count) => total + count, 0);
  let seen = 0;
  for (const [bucket, count] of durations.entries()) {
    seen += count;
    if (count > 0 && seen >= all * 0.95) return DURATION_BUCKETS[bucket];
  }
  return undefined;
}

/** The share of attempts that succeeded; undefined without attempts. */
export function successRate({
  succeeded,
  failed,
}: Pick<Attempts, "succeeded" | "failed">): number | undefined {
  const all = succeeded + failed;
  return all === 0 ? undefined : succeeded / all;
}
