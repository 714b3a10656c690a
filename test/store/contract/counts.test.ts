import { expect, test } from "bun:test";
import { fc } from "../../support/fast-check.ts";
import type { Store } from "../../../src/store/store.ts";
import {
  MINUTES_KEPT,
  type Dimension,
  type TallyRow,
} from "../../../src/store/tally.ts";
import { EVENT_STATUSES } from "../../../src/twilio/status.ts";
import { newMessageSid } from "../../support/twilio-client.ts";
import { atOnce, inSteps } from "../arbitrary-steps.ts";
import { eventOf } from "../events.ts";
import { until } from "../../support/until.ts";
import { expectRecount, total } from "../recount.ts";
import { messagesIn } from "../../support/rows.ts";
import { storeContract } from "../contract.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const ALL_TIME = { from: 0, to: Date.UTC(3000, 0, 1) };
const DIMENSIONS: readonly (Dimension | undefined)[] = [
  undefined,
  "errorCode",
  "country",
  "sender",
  "service",
  "channel",
];

/** Contradictory events of a few messages, at `at` milliseconds into a run's own time. */
const arbitraryEvents = (at: fc.Arbitrary<number>) =>
  fc.array(
    fc.record({
      message: fc.nat({ max: 7 }),
      status: fc.constantFrom(...EVENT_STATUSES),
      at,
      To: fc.constantFrom("+14155550123", "+442071838750", "40404", ""),
      From: fc.constantFrom("+15595551269", "ACME", ""),
      ErrorCode: fc.constantFrom("", "", "30003", "30005", "63016"),
      MessagingServiceSid: fc.constantFrom("MGa", "MGb", ""),
    }),
    { maxLength: 40 },
  );

type ArbitraryEvents = ReturnType<typeof arbitraryEvents>;
type Events = ArbitraryEvents extends fc.Arbitrary<infer T> ? T : never;

const arbitraryRequest = fc.record({
  by: fc.constantFrom(...DIMENSIONS),
  errorCode: fc.constantFrom(undefined, undefined, 30003, 30005, 99999),
});

async function recordAll(
  store: Store,
  start: number,
  events: Events,
  size: number,
): Promise<void> {
  const sids = Array.from({ length: 8 }, newMessageSid);
  await inSteps(events, size, ({ message, status, at, ...params }) =>
    store.recordEvent(
      eventOf(
        { MessageSid: sids[message] ?? "", MessageStatus: status, ...params },
        {
          channel: status === "read" ? "whatsapp" : "sms",
          receivedAt: start + at,
        },
      ),
    ),
  );
}

async function expectLastHourAndDay(store: Store, now: number): Promise<void> {
  const to = now + MINUTE_MS;
  const hour = { from: to - HOUR_MS, to };
  for (const spanMs of [undefined, MINUTE_MS, 5 * MINUTE_MS])
    await expectRecount(store, { range: hour, spanMs });
  const nextHour = Math.ceil(to / HOUR_MS) * HOUR_MS;
  const day = { from: nextHour - DAY_MS, to: nextHour };
  for (const spanMs of [undefined, HOUR_MS])
    await expectRecount(store, { range: day, spanMs });
}

storeContract((openStore, runs) => {
  test("counts of whole hours equal a recount of the messages by every property, in every span, in any order of recording", async () => {
    await using opened = await openStore();
    const { store } = opened;
    // Hour and day boundaries come up often.
    const at = fc
      .tuple(
        fc.nat({ max: 29 }),
        fc.constantFrom(0, 1, HOUR_MS / 2, HOUR_MS - 1),
      )
      .map(([hour, ms]) => hour * HOUR_MS + ms);
    const hour = fc.integer({ min: -2, max: 32 });
    const spanMs = fc.constantFrom(
      undefined,
      HOUR_MS,
      6 * HOUR_MS,
      DAY_MS,
      7 * DAY_MS,
    );
    // Each run has its own hours, so that all can share one store.
    let start = 400_000 * HOUR_MS;
    await fc.assert(
      fc.asyncProperty(
        arbitraryEvents(at),
        atOnce,
        fc.array(fc.tuple(arbitraryRequest, hour, hour, spanMs), {
          minLength: 8,
          maxLength: 8,
        }),
        async (events, size, requests) => {
          start += 31 * HOUR_MS;
          await recordAll(store, start, events, size);
          for (const [request, from, to, span] of requests)
            await expectRecount(store, {
              ...request,
              ...(span === undefined ? {} : { spanMs: span }),
              range: { from: start + from * HOUR_MS, to: start + to * HOUR_MS },
            });
        },
      ),
      { numRuns: runs(60) },
    );
    for (const by of DIMENSIONS)
      for (const span of [undefined, HOUR_MS, DAY_MS])
        await expectRecount(store, { range: ALL_TIME, by, spanMs: span });
  });

  test("so do counts of the latest minutes", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const at = fc
      .tuple(fc.nat({ max: 119 }), fc.constantFrom(0, 1, MINUTE_MS - 1))
      .map(([minute, ms]) => minute * MINUTE_MS + ms);
    const minute = fc.integer({ min: 0, max: 125 });
    const spanMs = fc.constantFrom(
      undefined,
      MINUTE_MS,
      5 * MINUTE_MS,
      15 * MINUTE_MS,
      HOUR_MS,
    );
    let start = 400_000 * HOUR_MS;
    await fc.assert(
      fc.asyncProperty(
        arbitraryEvents(at),
        atOnce,
        fc.array(fc.tuple(arbitraryRequest, minute, minute, spanMs), {
          minLength: 8,
          maxLength: 8,
        }),
        async (events, size, requests) => {
          start += 47 * MINUTE_MS;
          await recordAll(store, start, events, size);
          for (const [request, from, to, span] of requests)
            await expectRecount(store, {
              ...request,
              ...(span === undefined ? {} : { spanMs: span }),
              range: {
                from: start + from * MINUTE_MS,
                to: start + to * MINUTE_MS,
              },
            });
          // Older ones aren't counted by the minute, but none is left out.
          const all = { range: ALL_TIME, spanMs: 5 * MINUTE_MS };
          expect(total(await store.tally(all))).toBe(
            (await messagesIn(store)).length,
          );
        },
      ),
      { numRuns: runs(60) },
    );
    for (const by of DIMENSIONS)
      await expectRecount(store, { range: ALL_TIME, by });
  });

  test("a range has its first millisecond, not its last", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const times = [2 * DAY_MS - 1, 2 * DAY_MS, 4 * DAY_MS - 1, 4 * DAY_MS];
    for (const receivedAt of times)
      await store.recordEvent(
        eventOf({ MessageStatus: "sent" }, { receivedAt }),
      );
    const count = async (fromDay: number, toDay: number) =>
      total(
        await store.tally({
          range: { from: fromDay * DAY_MS, to: toDay * DAY_MS },
        }),
      );
    expect(await count(2, 4)).toBe(2);
    expect(await count(1, 5)).toBe(4);
    expect(await count(2, 2)).toBe(0);
    expect(await count(4, 2)).toBe(0);
  });

  test("where minutes are no longer kept, all messages are still counted by the minute, and the rest by the hour", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const old = 1_000 * HOUR_MS;
    for (const minute of [-1, 0, 39, 40, 59, 60])
      await store.recordEvent(
        eventOf({}, { receivedAt: old + minute * MINUTE_MS }),
      );
    await store.recordEvent(
      eventOf({}, { receivedAt: old + (60 + MINUTES_KEPT) * MINUTE_MS }),
    );
    const range = { from: old + 20 * MINUTE_MS, to: old + 40 * MINUTE_MS };
    await until(async () =>
      expect(await store.countedByMinuteSince()).toBeGreaterThan(range.to),
    );
    const byCountry = { range, by: "country" } as const;
    expect(total(await store.tally({ range }))).toBe(1);
    expect(total(await store.tally(byCountry))).toBe(4);
    // Counts without minutes are in the first span of their hour.
    expect(
      (await store.tally({ ...byCountry, spanMs: 5 * MINUTE_MS })).map(
        (row) => [row.at, total([row])],
      ),
    ).toEqual([[old, 4]]);
    await expectRecount(store, { range, spanMs: 5 * MINUTE_MS });
  });

  test("after a clock was ahead for a while, the counts are complete", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const now = 10_000 * HOUR_MS;
    for (const ahead of [0, 900 * HOUR_MS, HOUR_MS, 2 * HOUR_MS, 25 * HOUR_MS])
      await store.recordEvent(eventOf({}, { receivedAt: now + ahead }));
    for (const spanMs of [undefined, HOUR_MS, DAY_MS])
      await expectRecount(store, { range: ALL_TIME, spanMs });
    await expectRecount(store, {
      range: { from: now, to: now + 26 * HOUR_MS },
    });
  });

  test("one event a day ahead doesn't change the counts of the last hour and day, even by the minute", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const start = 400_000 * HOUR_MS + 10 * MINUTE_MS;
    const record = (minute: number) =>
      store.recordEvent(
        eventOf({}, { receivedAt: start + minute * MINUTE_MS }),
      );
    for (let minute = -150; minute < 0; minute += 10) await record(minute);
    await record(DAY_MS / MINUTE_MS);
    for (let minute = 1; minute <= 60; minute += 3) await record(minute);
    await until(() => expectLastHourAndDay(store, start + HOUR_MS));
    for (let minute = 61; minute <= 120; minute += 3) {
      await record(minute);
      await expectLastHourAndDay(store, start + minute * MINUTE_MS);
    }
    // The real time catches up with the clock.
    for (const minute of [1_200, 1_439, 1_440, 1_441, 1_500]) {
      await record(minute);
      await expectLastHourAndDay(store, start + minute * MINUTE_MS);
    }
    for (const spanMs of [undefined, HOUR_MS, DAY_MS])
      await expectRecount(store, { range: ALL_TIME, spanMs });
  });

  test("an event years ahead takes no longer than any other", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const now = 400_000 * HOUR_MS;
    for (const receivedAt of [now, 2 * now, now + MINUTE_MS])
      await store.recordEvent(eventOf({}, { receivedAt }));
    for (const spanMs of [undefined, HOUR_MS, DAY_MS])
      await expectRecount(store, { range: ALL_TIME, spanMs });
  });

  test("an error code on a message that arrived is counted, but not as failed", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const MessageSid = newMessageSid();
    for (const MessageStatus of ["failed", "delivered"])
      await store.recordEvent(
        eventOf({ MessageSid, MessageStatus, ErrorCode: "30005" }),
      );
    const request = { range: ALL_TIME, by: "errorCode" } as const;
    expect(await store.tally(request)).toEqual([
      {
        key: 30005,
        at: 0,
        counts: { sent: 0, failed: 0, undelivered: 0, delivered: 1, read: 0 },
      },
    ]);
  });

  test("the top senders equal those of a tally, with the same counts", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const start = 400_000 * HOUR_MS;
    // Sender n has n messages, of which every fourth fails.
    const names = Array.from(
      { length: 70 },
      (_, index) => `SENDER${index + 1}`,
    );
    await Promise.all(
      names.flatMap((From, index) =>
        Array.from({ length: index + 1 }, (_, message) =>
          store.recordEvent(
            eventOf(
              message % 4 === 3
                ? { From, MessageStatus: "failed", ErrorCode: "30003" }
                : { From, MessageStatus: "delivered" },
              { receivedAt: start + message * 7 * MINUTE_MS },
            ),
          ),
        ),
      ),
    );
    for (const range of [
      ALL_TIME,
      { from: start + HOUR_MS, to: start + 4 * HOUR_MS },
      { from: start + 13 * MINUTE_MS, to: start + 97 * MINUTE_MS },
    ])
      for (const [request, amount] of [
        [{ range, of: "lost" }, (row: TallyRow) => row.counts.failed],
        [{ range, of: "messages" }, (row: TallyRow) => total([row])],
        [
          { range, of: "messages", errorCode: 30003 },
          (row: TallyRow) => total([row]),
        ],
      ] as const) {
        const all = (await store.tally({ ...request, by: "sender" })).filter(
          (row) => amount(row) > 0,
        );
        const { rows, coverage } = await store.topSenders(request);
        expect(rows).toHaveLength(Math.min(60, all.length));
        expect(coverage).toBe(all.length > 60 ? "most" : "all");
        const amounts = rows.map(amount).toSorted((a, b) => b - a);
        expect(amounts).toEqual(
          all
            .map(amount)
            .toSorted((a, b) => b - a)
            .slice(0, 60),
        );
        for (const row of rows) expect(all).toContainEqual(row);
      }
    expect(
      await store.topSenders({ range: { from: 0, to: HOUR_MS }, of: "lost" }),
    ).toEqual({ rows: [], coverage: "all" });
  });

  test("an empty store counts nothing", async () => {
    await using opened = await openStore();
    expect(await opened.store.tally({ range: ALL_TIME })).toEqual([]);
    expect(
      await opened.store.tally({
        range: ALL_TIME,
        by: "sender",
        spanMs: DAY_MS,
      }),
    ).toEqual([]);
    expect(await opened.store.deliveryTimes(ALL_TIME)).toEqual([]);
  });
});
