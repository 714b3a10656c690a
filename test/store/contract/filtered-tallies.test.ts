import { expect, test } from "bun:test";
import { fc } from "../../support/fast-check.ts";
import type { MessageRow } from "../../../src/store/store.ts";
import {
  arbitraryEvents,
  arbitraryFilter,
  arbitraryGroup,
  START,
} from "../arbitrary-filters.ts";
import { storeContract } from "../contract.ts";
import { filtered } from "../filter-evaluator.ts";
import { expectRowsOf } from "../recount.ts";
import { messagesIn } from "../../support/rows.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const arbitraryRange = fc
  .tuple(fc.integer({ min: -2, max: 160 }), fc.integer({ min: 1, max: 160 }))
  .map(([hour, hours]) => ({
    from: START + hour * HOUR_MS,
    to: START + (hour + hours) * HOUR_MS,
  }));
const arbitrarySpan = fc.constantFrom(HOUR_MS, 6 * HOUR_MS, 24 * HOUR_MS);

storeContract((openStore, runs) => {
  test("kept counts of a country, sender, service or channel equal a recount by error code and span", async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryEvents,
        fc.array(fc.tuple(arbitraryGroup, arbitraryRange, arbitrarySpan), {
          minLength: 20,
          maxLength: 20,
        }),
        async (events, asked) => {
          await using opened = await openStore();
          const { store } = opened;
          await Promise.all(events.map((event) => store.recordEvent(event)));
          const all = await messagesIn(store);
          for (const [group, range, spanMs] of asked) {
            const filter = [{ ...group, negated: false }];
            const rows = await store.keptTally(filter, { range, spanMs });
            const found = within(filtered(all, filter), range);
            const by = "errorCode";
            expectRowsOf(found, rows ?? [], { from: range.from, by, spanMs });
            expect(rows).toBeDefined();
          }
        },
      ),
      { numRuns: runs(6) },
    );
  });

  test("nothing is kept of other filters, or between minutes that aren't counted", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const range = { from: START, to: START + HOUR_MS };
    const country = { field: "country", values: ["US"] } as const;
    for (const filter of [
      [],
      [{ ...country, negated: true }],
      [{ field: "account", values: ["ACa"], negated: false } as const],
      [
        { ...country, negated: false },
        { field: "channel", values: ["sms"], negated: false } as const,
      ],
    ])
      expect(
        await store.keptTally(filter, { range, spanMs: HOUR_MS }),
      ).toBeUndefined();
    const partly = { from: START + 1, to: START + HOUR_MS };
    const filter = [{ ...country, negated: false }];
    expect(
      await store.keptTally(filter, { range: partly, spanMs: HOUR_MS }),
    ).toBeUndefined();
  });

  test("what is counted of the newest messages equals a recount since then, however little may be read", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(1, 2, undefined),
        arbitraryEvents,
        fc.array(fc.tuple(arbitraryFilter, arbitraryRange, arbitrarySpan), {
          minLength: 20,
          maxLength: 20,
        }),
        async (stretch, events, asked) => {
          await using opened = await openStore(
            stretch === undefined ? {} : { stretch, fillMs: 0 },
          );
          const { store } = opened;
          await Promise.all(events.map((event) => store.recordEvent(event)));
          const all = await messagesIn(store);
          for (const [filter, range, spanMs] of asked) {
            const counted = await store.newestTally(filter, { range, spanMs });
            const { since } = counted;
            expect(since).toBeGreaterThanOrEqual(range.from);
            if (stretch === undefined) expect(since).toBe(range.from);
            else if (since > range.from) expect(since % MINUTE_MS).toBe(0);
            const found = within(filtered(all, filter), {
              ...range,
              from: since,
            });
            const from = since;
            expectRowsOf(found, counted.byCode, {
              from,
              by: "errorCode",
              spanMs,
            });
            expectRowsOf(found, counted.byCountry, { from, by: "country" });
            expectRowsOf(found, counted.bySender, { from, by: "sender" });
          }
          for (const [, range, spanMs] of stretch === undefined ? asked : []) {
            const { deliveryTimes } = await store.newestTally([], {
              range,
              spanMs,
              isTimed: true,
            });
            expect(deliveryTimes).toEqual(await store.deliveryTimes(range));
          }
        },
      ),
      { numRuns: runs(6) },
    );
  });
});

function within<Row extends Pick<MessageRow, "firstEventAt">>(
  messages: readonly Row[],
  { from, to }: { readonly from: number; readonly to: number },
): Row[] {
  return messages.filter(
    ({ firstEventAt }) => firstEventAt >= from && firstEventAt < to,
  );
}
