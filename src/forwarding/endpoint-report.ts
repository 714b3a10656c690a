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

/** How forwarding to an endpoint goes. */
export type EndpointReport = {
  readonly endpoint: Endpoint;
  /** Events that still have to reach it, and since when the first of them waits. */
  readonly waiting: BoundedCount;
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
        states.get(endpointTarget(endpoint.id)),
        now,
      ),
    ),
  );
}

async function readReport(
  outbox: ReportStore,
  endpoint: Endpoint,
  state: TargetState | undefined,
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
    ...waitingOf(state),
    givenUp: state?.failed ?? 0,
    hours,
    day: attemptsOf(rows),
    lastFailure: failure && failure.at >= from ? failure : undefined,
  };
}

function waitingOf(
  state: TargetState | undefined,
): Pick<EndpointReport, "waiting" | "waitingSince"> {
  if (state === undefined)
    return { waiting: { count: 0, isMore: false }, waitingSince: undefined };
  const { behind, behindSince, waiting, waitingSince } = state;
  const since = [behindSince, waitingSince].filter((at) => at !== undefined);
  return {
    waiting: { count: behind.count + waiting, isMore: behind.isMore },
    waitingSince: since.length === 0 ? undefined : Math.min(...since),
  };
}

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
