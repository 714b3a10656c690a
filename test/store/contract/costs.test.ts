import { expect, test } from "bun:test";
import type { NewEvent } from "../../../src/store/store.ts";
import type { PriceReading } from "../../../src/store/twilio-reading.ts";
import { fc } from "../../support/fast-check.ts";
import { messagesIn } from "../../support/rows.ts";
import { newMessageSid } from "../../support/twilio-client.ts";
import { arbitraryReport } from "../arbitrary-reports.ts";
import { storeContract } from "../contract.ts";
import { expectCosts } from "../cost-recount.ts";
import { eventOf } from "../events.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const START = Date.UTC(2026, 10, 20);
const FIRST_DAY = START / DAY_MS;
const SIDS = Array.from({ length: 8 }, newMessageSid);

const reading = fc.record({
  messageSid: fc.constantFrom(...SIDS),
  day: fc.integer({ min: FIRST_DAY - 3, max: FIRST_DAY + 12 }),
  price: fc.option(
    fc.record({
      amount: fc.constantFrom(
        "-0.00790",
        "-0.0079",
        "0",
        "-12.000000000001",
        "-999999999.999999999999",
        "0.5",
      ),
      currency: fc.constantFrom("USD", "EUR"),
    }),
    { nil: null },
  ),
  segments: fc.nat({ max: 3 }),
  hasFee: fc.boolean(),
});

type Step =
  | { readonly kind: "record"; readonly events: readonly NewEvent[] }
  | { readonly kind: "read"; readonly readings: readonly PriceReading[] }
  | { readonly kind: "prune"; readonly hours: number }
  | { readonly kind: "erase" };

const events = fc.array(
  fc
    .record({
      event: arbitraryReport(fc.constant("ACa")),
      messageSid: fc.constantFrom(...SIDS),
      hours: fc.integer({ min: 0, max: 200 }),
      // A number that can be erased.
      tag: fc.constantFrom("", "", "&to=%2B14155550123"),
    })
    .map(({ event, messageSid, hours, tag }) => ({
      ...event,
      messageSid,
      receivedAt: START + hours * HOUR_MS,
      query: event.source === "callback" ? event.query + tag : "",
    })),
  { minLength: 1, maxLength: 6 },
);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: events.map((each) => ({
      kind: "record" as const,
      events: each,
    })),
  },
  {
    weight: 5,
    arbitrary: fc
      .array(reading, { minLength: 1, maxLength: 8 })
      .map((readings) => ({ kind: "read" as const, readings })),
  },
  {
    weight: 1,
    arbitrary: fc
      .integer({ min: 0, max: 200 })
      .map((hours) => ({ kind: "prune" as const, hours })),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "erase" as const }) },
);

storeContract((openStore, runs) => {
  test("after any events, readings, deletions and erasures, costs are what a sum of all messages is", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 3, maxLength: 12 }),
        fc.integer({ min: 0, max: 8 }),
        async (steps, shorter) => {
          await using opened = await openStore();
          const { store } = opened;
          const read = new Map<string, PriceReading>();
          const kept = async () =>
            new Set((await messagesIn(store)).map((each) => each.messageSid));
          for (const each of steps) {
            if (each.kind === "record") await store.recordEvents(each.events);
            else if (each.kind === "read") {
              const known = await kept();
              await store.prices.save(each.readings);
              for (const now of each.readings) {
                if (!known.has(now.messageSid)) continue;
                const price =
                  now.price ?? read.get(now.messageSid)?.price ?? null;
                read.set(now.messageSid, { ...now, price });
              }
            } else if (each.kind === "prune") {
              await store.settled();
              await store.upkeep.prune(START + each.hours * HOUR_MS);
              const left = await kept();
              for (const sid of read.keys())
                if (!left.has(sid)) read.delete(sid);
            } else {
              await store.settled();
              await store.upkeep.erase("14155550123");
            }
          }
          const whole = { from: FIRST_DAY - 10, to: FIRST_DAY + 30 };
          await expectCosts(store, read, whole);
          await expectCosts(store, read, {
            from: FIRST_DAY + shorter - 2,
            to: FIRST_DAY + shorter + 1,
          });
        },
      ),
      { numRuns: runs(24) },
    );
  });

  test("what costs the most comes first, the rest is left to others, and a tag's name can be chosen", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const sent = [
      ["+14155550123", "-0.01", "campaign=a&order=1"],
      ["+442071838750", "-0.04", "campaign=b&order=2"],
      ["+442071838750", "-0.04", "campaign=b&order=3"],
      ["+4930901820", "-0.07", "order=4"],
      ["+33142685300", null, ""],
    ] as const;
    const day = FIRST_DAY;
    const readings: PriceReading[] = [];
    for (const [To, amount, query] of sent) {
      const MessageSid = newMessageSid();
      await store.recordEvent(
        eventOf({ MessageSid, To }, { receivedAt: START, query }),
      );
      readings.push({
        messageSid: MessageSid,
        day,
        price: amount === null ? null : { amount, currency: "USD" },
        segments: 1,
        hasFee: false,
      });
    }
    await store.recordEvent(
      eventOf(
        { MessageSid: newMessageSid(), To: "+14155550123" },
        { receivedAt: START },
      ),
    );
    await store.settled();
    await store.prices.save(readings);
    const range = { from: day, to: day + 1 };
    const report = await store.costs.report({ range, by: "country", limit: 2 });
    if (report === "too many") throw new Error("There aren't too many.");
    const usd = (cost: string, messages: number) => ({
      charged: [{ currency: "USD", cost, messages, segments: messages }],
      unpriced: 0,
      withFee: 0,
      unread: 0,
    });
    expect(report).toEqual({
      total: { ...usd("0.16", 4), unpriced: 1, unread: 1 },
      groups: [
        { key: "GB", ...usd("0.08", 2) },
        { key: "DE", ...usd("0.07", 1) },
      ],
      others: { ...usd("0.01", 1), unpriced: 1, unread: 1 },
      isCut: true,
    });
    const tags = await store.costs.report({
      range,
      by: "tag",
      tagName: "campaign",
      limit: 9,
    });
    if (tags === "too many") throw new Error("There aren't too many.");
    expect(
      tags.groups.map(({ tag, charged }) => [tag?.value, charged[0]?.cost]),
    ).toEqual([
      ["b", "0.08"],
      ["a", "0.01"],
    ]);
    expect(await store.costs.tagNames(9)).toEqual(["campaign", "order"]);
    expect(await store.costs.tagNames(1)).toEqual(["campaign"]);
  });
});
