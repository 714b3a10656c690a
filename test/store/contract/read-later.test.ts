import { expect, test } from "bun:test";
import type { MessageFilter } from "../../../src/store/filter.ts";
import type { NewEvent } from "../../../src/store/store.ts";
import { fc } from "../../support/fast-check.ts";
import { messagesIn } from "../../support/rows.ts";
import { newMessageSid } from "../../support/twilio-client.ts";
import { storeContract } from "../contract.ts";
import { eventOf } from "../events.ts";
import { expectRecount } from "../recount.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const START = Date.UTC(2026, 10, 20);
const HOURS = 72;
const ALL_TIME = { from: 0, to: Date.UTC(3000, 0, 1) };

/** What the Messages API says later of a message that was sent at this time. */
function readLater(sentAt: number, readAt: number, failed = false): NewEvent {
  return {
    ...eventOf(
      failed
        ? { MessageStatus: "failed", ErrorCode: "30003" }
        : { MessageStatus: "delivered" },
      { receivedAt: readAt },
    ),
    source: "api",
    sentAt,
    params: [],
  };
}

const between = (from: number, to: number): MessageFilter => [
  { field: "after", at: from, negated: false },
  { field: "before", at: to, negated: false },
];

/** Callbacks hour by hour, of which some were missed; these are read now and then, a page of any hours before. */
const arbitraryHistory = fc.array(
  fc.record({
    hour: fc.nat({ max: HOURS - 1 }),
    minute: fc.nat({ max: 59 }),
    isMissed: fc.boolean(),
    isFailed: fc.boolean(),
    readAfterHours: fc.integer({ min: 1, max: HOURS }),
  }),
  { minLength: 5, maxLength: 40 },
);

storeContract((openStore, runs) => {
  test("a message that only the Messages API reported counts when it was sent, in every list and count", async () => {
    await using opened = await openStore();
    const { store } = opened;
    await store.recordEvent(eventOf({}, { receivedAt: START + 10 * HOUR_MS }));
    await store.recordEvent(eventOf({}, { receivedAt: START + 30 * HOUR_MS }));
    const sentAt = START + 20 * HOUR_MS + 5 * MINUTE_MS;
    const missed = readLater(sentAt, START + 31 * HOUR_MS, true);
    const before = readLater(START - 9 * HOUR_MS, START + 32 * HOUR_MS);
    await store.recordEvents([missed, before]);
    // A late callback about it doesn't move it.
    await store.recordEvent(
      eventOf(
        { MessageSid: missed.messageSid, MessageStatus: "sent" },
        { receivedAt: START + 33 * HOUR_MS },
      ),
    );
    const { messages } = await store.listMessages([], { size: 10 });
    expect(messages.map(({ firstEventAt }) => firstEventAt)).toEqual([
      START + 30 * HOUR_MS,
      sentAt,
      START + 10 * HOUR_MS,
      START - 9 * HOUR_MS,
    ]);
    expect(await store.firstMessageAt()).toBe(START - 9 * HOUR_MS);
    const hour = between(START + 20 * HOUR_MS, START + 21 * HOUR_MS);
    expect(await store.listAndCount(hour, 5)).toMatchObject({
      page: { messages: [{ messageSid: missed.messageSid }] },
      count: { count: 1, isMore: false },
    });
    expect(await store.errorCodeFacts([30003], ALL_TIME)).toMatchObject([
      { firstSeenAt: sentAt, lastSeenAt: sentAt },
    ]);
    await expectRecount(store, { range: ALL_TIME, spanMs: HOUR_MS });
    // The feed has it where it was read.
    const feed = await store.feedAfter(await store.feedStart(), 10);
    expect(feed.events.map(({ receivedAt }) => receivedAt)).toEqual(
      [10, 30, 31, 32, 33].map((hours) => START + hours * HOUR_MS),
    );
  });

  test("a callback's message keeps its time when the Messages API reports a later status", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const MessageSid = newMessageSid();
    const receivedAt = START + 30_000;
    await store.recordEvent(
      eventOf({ MessageSid, MessageStatus: "sent" }, { receivedAt }),
    );
    await store.recordEvent({
      ...readLater(START - MINUTE_MS, START + HOUR_MS),
      messageSid: MessageSid,
    });
    expect(await store.messageBySid(MessageSid)).toMatchObject({
      status: "delivered",
      firstEventAt: receivedAt,
      lastEventAt: START + HOUR_MS,
    });
  });

  test("lists are in the order of hours, and counts equal them, whenever messages are read", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryHistory, async (history) => {
        await using opened = await openStore();
        const { store } = opened;
        const events = history
          .map(({ hour, minute, isMissed, isFailed, readAfterHours }) => {
            const at = START + hour * HOUR_MS + minute * MINUTE_MS;
            return isMissed
              ? readLater(at, at + readAfterHours * HOUR_MS, isFailed)
              : eventOf({}, { receivedAt: at });
          })
          .toSorted((a, b) => a.receivedAt - b.receivedAt);
        for (const event of events) await store.recordEvent(event);
        const messages = await messagesIn(store);
        expect(messages).toHaveLength(events.length);
        const hours = messages.map(({ firstEventAt }) =>
          Math.floor(firstEventAt / HOUR_MS),
        );
        expect(hours).toEqual(hours.toSorted((a, b) => a - b));
        await expectRecount(store, { range: ALL_TIME, spanMs: HOUR_MS });
        await expectRecount(store, { range: ALL_TIME, by: "errorCode" });
        for (const hour of new Set(hours)) {
          const range = { from: hour * HOUR_MS, to: (hour + 1) * HOUR_MS };
          const filter = between(range.from, range.to);
          const { page, count } = await store.listAndCount(filter, 50);
          const expected = hours.filter((each) => each === hour).length;
          expect(page.messages).toHaveLength(expected);
          expect(count).toEqual({ count: expected, isMore: false });
          expect(
            await store.countMessages([
              ...filter,
              { field: "status", values: ["failed"], negated: false },
            ]),
          ).toMatchObject({
            count: page.messages.filter(({ status }) => status === "failed")
              .length,
          });
        }
      }),
      { numRuns: runs(12) },
    );
  }, 60_000);
});
