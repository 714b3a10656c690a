import { openInOrder } from "../alerts/open-alerts.ts";
import { told, type ToldAlert } from "../alerts/told-alerts.ts";
import { readErrors } from "../errors/errors-of-period.ts";
import type { CodeListed } from "../errors/errors-of-period.ts";
import { totalOf, type Outcomes } from "../overview/outcomes.ts";
import type { Stores } from "../store/stores.ts";
import type { Suppression } from "../store/suppressions.ts";
import { ADDED_MAX } from "../suppressions/list-query.ts";
import { readRange, type Period, type TimeRange } from "../time/time-range.ts";

export type DigestReading = Pick<
  Stores,
  | "tally"
  | "errorCodeFacts"
  | "firstMessageAt"
  | "addressById"
  | "alerts"
  | "suppressions"
>;

/** What a digest says, before it's put into words. */
export type DigestContent = {
  readonly period: Period;
  readonly total: Outcomes;
  /** Of the same time before; undefined when messages don't reach back to its beginning. */
  readonly before: Outcomes | undefined;
  /** Most messages first. */
  readonly codes: readonly CodeListed[];
  /** Numbers that the period put on the "do not send" list, latest first, up to `ADDED_MAX`. */
  readonly numbers: readonly Suppression[];
  readonly alerts: readonly ToldAlert[];
};

const CODES_SHOWN = 5;

/** Reads everything that a digest of this period, of whole hours, says. */
export async function readDigest(
  store: DigestReading,
  { from, to }: TimeRange,
  now: number,
): Promise<DigestContent> {
  const { period, mistakes } = readRange(
    new URLSearchParams({ from: iso(from), to: iso(to) }),
    now,
  );
  if (period === undefined) throw new Error(mistakes.join(" "));
  const { beforeRange } = period;
  const [errors, before, since = now, numbers, alerts] = await Promise.all([
    readErrors(store, period, CODES_SHOWN),
    store.tally({ range: beforeRange }),
    store.firstMessageAt(),
    store.suppressions.addedIn({ from, to }, ADDED_MAX),
    store.alerts.open().then((open) => told(store, openInOrder(open))),
  ]);
  return {
    period,
    total: errors.total,
    before: since <= beforeRange.from ? totalOf(before) : undefined,
    codes: errors.listed,
    numbers,
    alerts,
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
