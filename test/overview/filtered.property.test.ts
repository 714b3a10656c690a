import { expect, test } from "bun:test";
import { join } from "node:path";
import {
  conditionPair,
  filterText,
  parseFilter,
} from "../../src/messages/filter-language.ts";
import type { Group } from "../../src/overview/breakdown.ts";
import {
  lost,
  outcomesOf,
  sumOfOutcomes,
  type Outcomes,
} from "../../src/overview/outcomes.ts";
import { readOverview, type Overview } from "../../src/overview/overview.ts";
import type { MessageFilter } from "../../src/store/filter.ts";
import type { MessageRow } from "../../src/store/store.ts";
import type { Stores } from "../../src/store/stores.ts";
import { comparedWith } from "../../src/time/compared-period.ts";
import {
  rangeTerms,
  readRange,
  type TimeRange,
} from "../../src/time/time-range.ts";
import { filtered } from "../store/filter-evaluator.ts";
import {
  arbitraryEvents,
  arbitraryFilter,
  arbitraryGroup,
} from "../store/arbitrary-filters.ts";
import { fc } from "../support/fast-check.ts";
import { runsOf } from "../support/long-runs.ts";
import { openStore } from "../support/open-store.ts";
import { messagesIn } from "../support/rows.ts";
import { tempDir } from "../support/temp-dir.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const FIELDS = ["status", "code", "after", "before"];
const arbitraryOverviewFilter: fc.Arbitrary<MessageFilter> = fc.oneof(
  arbitraryGroup.map((group) => [{ ...group, negated: false }]),
  arbitraryFilter.map((conditions) =>
    conditions.filter(({ field }) => !FIELDS.includes(field)),
  ),
);
const asked = fc.record({
  filter: arbitraryOverviewFilter,
  range: fc.constantFrom("1h", "24h", "7d"),
  compare: fc.constantFrom("", "week"),
});

test("every number of a filtered overview is a recount, and that of the list it links to, however little may be read", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(undefined, 1, 3),
      arbitraryEvents,
      fc.nat({ max: 30 * 60 }),
      fc.array(asked, { minLength: 12, maxLength: 12 }),
      async (stretch, events, minutes, addresses) => {
        using folder = tempDir();
        const store = await openStore(
          join(folder.path, "db"),
          stretch === undefined ? {} : { stretch, fillMs: 0 },
        );
        for (const event of events) await store.recordEvent(event);
        const latest = Math.max(...events.map(({ receivedAt }) => receivedAt));
        const now = latest + minutes * MINUTE_MS;
        const all = await messagesIn(store);
        for (const { filter: wished, ...each } of addresses) {
          // As someone types it; what can't be typed is left out.
          const text = filterText(wished.map(conditionPair));
          const { filter, mistakes } = parseFilter(text, now);
          if (mistakes.length > 0) continue;
          const { period } = readRange(
            new URLSearchParams({ range: each.range }),
            now,
            await store.countedByMinuteSince(),
          );
          const compared = period && comparedWith(period, each.compare).period;
          if (compared === undefined) throw new Error("no period");
          const overview = await readOverview(store, compared, now, filter);
          if (overview === undefined) {
            expect(stretch).toBeDefined();
            continue;
          }
          const matching = filtered(all, filter);
          expectRecount(overview, matching);
          await expectLists(store, overview, filter, now);
          if (stretch === undefined)
            expect(overview.period.range).toEqual(compared.range);
        }
        await store.close();
      },
    ),
    { numRuns: runsOf(6) },
  );
}, 60_000);

const NO_COUNTS = {
  sent: 0,
  failed: 0,
  undelivered: 0,
  delivered: 0,
  read: 0,
};

function within(messages: readonly MessageRow[], range: TimeRange) {
  return messages.filter(
    ({ firstEventAt: at }) => at >= range.from && at < range.to,
  );
}

function outcomes(messages: readonly MessageRow[]): Outcomes {
  return sumOfOutcomes(
    messages.map(({ status }) =>
      outcomesOf({
        ...NO_COUNTS,
        [status]: 1,
      }),
    ),
  );
}

function expectRecount(
  { period, total, before, spans, earlierSpans, codes, groups }: Overview,
  matching: readonly MessageRow[],
): void {
  const shown = within(matching, period.range);
  expect(total).toEqual(outcomes(shown));
  for (const { span, outcomes: ofSpan } of spans)
    expect(ofSpan).toEqual(outcomes(within(shown, span)));
  const shiftMs = period.range.from - period.beforeRange.from;
  if (before !== undefined) {
    const earlier = within(matching, period.beforeRange);
    expect(before).toEqual(outcomes(earlier));
    expect(earlierSpans).toEqual(
      spans.map(({ span: { from, to } }) =>
        outcomes(within(earlier, { from: from - shiftMs, to: to - shiftMs })),
      ),
    );
  }
  for (const code of codes)
    expect([code.errorCode, code.outcomes]).toEqual([
      code.errorCode,
      outcomes(shown.filter(({ errorCode }) => errorCode === code.errorCode)),
    ]);
  const failed = shown.filter(
    ({ status }) => status === "failed" || status === "undelivered",
  );
  const withCode = failed.filter(({ errorCode }) => errorCode !== null);
  expect(codes.reduce((sum, code) => sum + lost(code.outcomes), 0)).toBe(
    withCode.length,
  );
  if (groups === undefined) return;
  const counted = within(matching, groups.range);
  const expectGroups = (found: readonly Group[], name: "country" | "from") => {
    for (const { key, outcomes: ofGroup } of found)
      expect([key, ofGroup]).toEqual([
        key,
        outcomes(counted.filter((message) => message[name] === key)),
      ]);
  };
  expectGroups(groups.countries, "country");
  expectGroups(groups.senders, "from");
}

/** Compares with the counts of the lists of a page, where these are exact. */
async function expectLists(
  store: Stores,
  { period, total, spans }: Overview,
  filter: MessageFilter,
  now: number,
): Promise<void> {
  const pairs = filter.map(conditionPair);
  const countOf = async (terms: ReturnType<typeof rangeTerms>) => {
    const text = filterText([...pairs, ...terms]);
    const { filter: listed, mistakes } = parseFilter(text, now);
    return mistakes.length > 0 ? undefined : store.countMessages(listed);
  };
  for (const [range, count] of [
    [period.range, total.messages] as const,
    ...spans
      .slice(0, 3)
      .map((each) => [each.span, each.outcomes.messages] as const),
  ]) {
    const list = await countOf(rangeTerms(range, range.to + HOUR_MS));
    if (list !== undefined && !list.isMore) expect(list.count).toBe(count);
    else if (list !== undefined)
      expect(count).toBeGreaterThanOrEqual(list.count);
  }
}
