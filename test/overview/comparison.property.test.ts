import { expect, test } from "bun:test";
import { fc } from "../support/fast-check.ts";
import { join } from "node:path";
import { deliveryRate, totalOf } from "../../src/overview/outcomes.ts";
import { readOverview } from "../../src/overview/overview.ts";
import { parseFilter, filterText } from "../../src/messages/filter-language.ts";
import { openStore } from "../support/open-store.ts";
import type { TimeRange } from "../../src/time/time-range.ts";
import { RANGE_NAMES, readRange } from "../../src/time/time-range.ts";
import { EVENT_STATUSES } from "../../src/twilio/status.ts";
import { rateChange } from "../../src/overview/headline.ts";
import { eventOf } from "../store/events.ts";
import { tempDir } from "../support/temp-dir.ts";
import { messagesIn } from "../support/rows.ts";
import { runsOf } from "../support/long-runs.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/**
 * How long ago: mostly near the boundaries of ranges and of the periods they're compared
 * with.
 */
const ago = fc
  .tuple(
    fc.constantFrom(0, 1, 2, 3, 24, 25, 26, 47, 48, 49, 168, 336, 720, 1_440),
    fc.integer({ min: -90, max: 90 }),
    fc.constantFrom(0, 1, MINUTE_MS - 1, MINUTE_MS / 2),
  )
  .map(([hours, minutes, ms]) =>
    Math.max(0, hours * HOUR_MS + minutes * MINUTE_MS + ms),
  );
const message = fc.record({
  ago,
  status: fc.constantFrom(...EVENT_STATUSES),
});
const asked = fc.oneof(
  fc.constantFrom(...RANGE_NAMES).map((name) => () => ({ range: name })),
  fc
    .tuple(
      fc.integer({ min: 0, max: 2_000 }),
      fc.option(fc.integer({ min: 1, max: 400 }), { nil: undefined }),
    )
    .map(([hours, length]) => (now: number) => {
      const from = now - hours * HOUR_MS;
      return {
        from: new Date(from).toISOString(),
        ...(length !== undefined && {
          to: new Date(from + length * HOUR_MS).toISOString(),
        }),
      };
    }),
);

test("each half of a comparison, and each list it links to, is a recount of exactly that period", async () => {
  // Each run has its own year, later than those before it, so that all can share one store.
  let year = Date.UTC(2026, 0, 1);
  using folder = tempDir();
  const store = await openStore(join(folder.path, "db"));
  await fc.assert(
    fc.asyncProperty(
      fc.array(message, { minLength: 1, maxLength: 30 }),
      fc.nat({ max: DAY_MS - 1 }),
      fc.array(asked, { minLength: 6, maxLength: 6 }),
      async (messages, ms, addresses) => {
        year += 366 * DAY_MS;
        const now = year + 200 * DAY_MS + ms;
        const inOrder = messages.toSorted((a, b) => b.ago - a.ago);
        await Promise.all(
          inOrder.map(({ status, ago: before }) =>
            store.recordEvent(
              eventOf(
                { MessageStatus: status },
                {
                  channel: status === "read" ? "whatsapp" : "sms",
                  receivedAt: now - before,
                },
              ),
            ),
          ),
        );
        const since = await store.countedByMinuteSince();
        const recorded = (await messagesIn(store)).map(
          ({ status, firstEventAt }) => ({ status, at: firstEventAt }),
        );
        const recount = ({ from, to }: TimeRange) => {
          const counts = { sent: 0, failed: 0, undelivered: 0 };
          const all = { ...counts, delivered: 0, read: 0 };
          for (const { status, at } of recorded)
            if (at >= from && at < to) all[status]++;
          return totalOf([{ key: null, at: from, counts: all }]);
        };
        for (const address of addresses) {
          const params = new URLSearchParams(address(now));
          const { period } = readRange(params, now, since);
          if (period === undefined) continue;
          const { range, beforeRange } = period;
          expect(beforeRange.to - beforeRange.from).toBe(range.to - range.from);
          const overview = await readOverview(store, period, now);
          if (overview === undefined) throw new Error("nothing was counted");
          const { total, before } = overview;
          expect(total).toEqual(recount(range));
          if (before !== undefined)
            expect(before).toEqual(recount(beforeRange));
          const parsed = parseFilter(filterText(period.terms), now);
          const list = await store.countMessages(parsed.filter);
          expect(list).toEqual({ count: total.messages, isMore: false });

          const rates = [total, before ?? total].map(
            (half) => deliveryRate(half) ?? 0,
          );
          const [rate = 0, rateBefore = 0] = rates;
          expect(rates.every((each) => each >= 0 && each <= 1)).toBe(true);
          const change = rateChange(overview);
          if (change.kind === "more" || change.kind === "less")
            expect(change.by).toBeCloseTo(Math.abs(rate - rateBefore) * 100, 9);
        }
      },
    ),
    { numRuns: runsOf(40) },
  );
  await store.close();
});
