import { openInOrder } from "../alerts/open-alerts.ts";
import { told, type ToldAlert } from "../alerts/told-alerts.ts";
import { numbersAskedFor } from "../api/masked-filter.ts";
import {
  filterText,
  parseFilter,
  termPair,
} from "../messages/filter-language.ts";
import type { BoundedCount } from "../store/tally.ts";
import type { SavedView } from "../store/views.ts";
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
  | "views"
  | "countMessages"
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
  /** Saved views that the digest counts, by name. */
  readonly views: readonly ViewCounted[];
  /** How many more there are. */
  readonly viewsLeft: number;
};

/** How many messages of the period match a view, whatever times its own filter has. */
export type ViewCounted = {
  readonly name: string;
  /** The filter with the period. */
  readonly q: string;
  readonly count: BoundedCount;
};

/** Saved views that a digest counts at most: each takes a search. */
const VIEWS_COUNTED = 10;

const CODES_SHOWN = 5;

/** Reads everything that a digest of this period, of whole hours, says. */
export async function readDigest(
  store: DigestReading,
  { from, to }: TimeRange,
  now: number,
  reader: { readonly userId: number; readonly masksNumbers: boolean },
): Promise<DigestContent> {
  const { period, mistakes } = readRange(
    new URLSearchParams({ from: iso(from), to: iso(to) }),
    now,
  );
  if (period === undefined) throw new Error(mistakes.join(" "));
  const { beforeRange } = period;
  const views = await viewsFor(store, reader, now);
  const counted = views
    .slice(0, VIEWS_COUNTED)
    .map((view) => countView(store, view, period, now));
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
    views: (await Promise.all(counted)).filter((view) => view !== undefined),
    viewsLeft: Math.max(0, views.length - VIEWS_COUNTED),
  };
}

/** Where numbers are masked, those with a number in their filter are left out. */
async function viewsFor(
  store: DigestReading,
  { userId, masksNumbers }: { userId: number; masksNumbers: boolean },
  now: number,
): Promise<readonly SavedView[]> {
  return (await store.views.list(userId)).filter(
    ({ inDigest, filter }) =>
      inDigest &&
      !(
        masksNumbers &&
        numbersAskedFor(parseFilter(filter, now).terms).length > 0
      ),
  );
}

/** Undefined if the filter can't be read, or isn't short enough for the period in it. */
async function countView(
  store: DigestReading,
  { name, filter }: SavedView,
  period: Period,
  now: number,
): Promise<ViewCounted | undefined> {
  const terms = parseFilter(filter, now).terms.filter(
    (term) => term.name !== "after" && term.name !== "before",
  );
  const q = filterText([...terms.map(termPair), ...period.terms]);
  const whole = parseFilter(q, now);
  if (parseFilter(filter, now).mistakes.length + whole.mistakes.length > 0)
    return undefined;
  return { name, q, count: await store.countMessages(whole.filter) };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
