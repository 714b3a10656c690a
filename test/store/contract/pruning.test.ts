import { expect, test } from "bun:test";
import type { NewEvent } from "../../../src/store/store.ts";
import type { Stores } from "../../../src/store/stores.ts";
import type { Dimension } from "../../../src/store/tally.ts";
import { MADE_UP_SID_START } from "../../../src/twilio/made-up-sid.ts";
import { eventsIn, messagesIn } from "../../support/rows.ts";
import { newMessageSid } from "../../support/twilio-client.ts";
import { eventOf } from "../events.ts";
import { failingRecount } from "../failing-recount.ts";
import { expectRecount } from "../recount.ts";
import { storeContract } from "../contract.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MIDNIGHT = Date.UTC(2026, 10, 23);
const ALL_TIME = { from: 0, to: Date.UTC(3000, 0, 1) };
const DIMENSIONS: readonly (Dimension | undefined)[] = [
  undefined,
  "errorCode",
  "country",
  "sender",
  "service",
  "channel",
];

storeContract((openStore) => {
  test("messages first seen before a time are deleted with everything that belongs to them; the counts equal a recount", async () => {
    await using opened = await openStore();
    const { store } = opened;
    await recordDays(store);
    const old = await messagesBefore(store, MIDNIGHT);
    const steps: number[] = [];
    const pruned = await store.upkeep.prune(MIDNIGHT, {
      onProgress: (done) => void steps.push(done),
    });
    expect(pruned).toEqual({ messages: old.length, events: old.length * 2 });
    expect(steps.at(-1)).toBe(old.length);
    expect(await messagesBefore(store, MIDNIGHT)).toEqual([]);
    for (const { messageSid } of old) {
      expect(await store.messageBySid(messageSid)).toBeUndefined();
      expect(await store.timeline(messageSid)).toEqual([]);
    }
    expect(await store.suggest("tag", "", 100)).toEqual(["day=3", "day=4"]);
    await expectAllCounted(store);
    await expectDeliveryTimes(store);
    expect(await store.upkeep.prune(MIDNIGHT)).toEqual({
      messages: 0,
      events: 0,
    });
  });

  test("a stopped deletion leaves whole messages, and the next one continues it", async () => {
    await using opened = await openStore();
    const { store } = opened;
    await recordDays(store);
    const stop = new AbortController();
    const first = await store.upkeep.prune(MIDNIGHT, {
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await expectAllCounted(store);
    await expectDeliveryTimes(store);
    for (const { messageSid } of await messagesIn(store))
      expect(await store.timeline(messageSid)).toHaveLength(2);
    const left = await messagesBefore(store, MIDNIGHT);
    const rest = await store.upkeep.prune(MIDNIGHT);
    expect(rest.messages).toBe(left.length);
    expect(first.messages + rest.messages).toBe(60);
  });

  test("deleting made-up messages deletes no others", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const madeUp = Array.from(
      { length: 5 },
      () => MADE_UP_SID_START + newMessageSid().slice(MADE_UP_SID_START.length),
    );
    for (const MessageSid of madeUp)
      await store.recordEvent(eventOf({ MessageSid }));
    const real = newMessageSid();
    await store.recordEvent(eventOf({ MessageSid: real }));
    expect(await store.upkeep.pruneMadeUp()).toEqual({
      messages: 5,
      events: 5,
    });
    expect(await messagesIn(store)).toMatchObject([{ messageSid: real }]);
    await expectAllCounted(store);
  });

  test("IDs of deleted events aren't reused, so a position in the feed stays valid", async () => {
    await using opened = await openStore();
    const { store } = opened;
    await recordDays(store);
    const end = await store.feedEnd();
    const [last] = (await eventsIn(store)).slice(-1);
    await store.upkeep.prune(MIDNIGHT + 30 * DAY_MS);
    expect(await eventsIn(store)).toEqual([]);
    expect(await store.feedEnd()).toEqual(end);
    expect((await store.feedAfter(end, 10)).events).toEqual([]);
    await store.recordEvent(eventOf({}));
    const { events } = await store.feedAfter(end, 10);
    expect(events).toHaveLength(1);
    expect(events[0]?.id).toBeGreaterThan(last?.id ?? 0);
  });
});

/**
 * Records messages of five days, the last two since MIDNIGHT: twenty a day, each sent and
 * then failed or delivered.
 */
async function recordDays(store: Stores): Promise<void> {
  for (let day = 0; day < 5; day++)
    for (let index = 0; index < 20; index++) {
      const MessageSid = newMessageSid();
      const receivedAt = MIDNIGHT + (day - 3) * DAY_MS + index * HOUR_MS;
      const To = `+1415555${1_000 + (index % 4)}`;
      const event = (MessageStatus: string, laterMs: number) =>
        eventOf(
          { MessageSid, MessageStatus, To },
          { receivedAt: receivedAt + laterMs, query: `day=${day}` },
        );
      const last = event(index % 2 === 0 ? "failed" : "delivered", 900);
      const events = [event("sent", 0), last];
      await store.recordEvents([
        ...events,
        ...events.map((each, at): NewEvent => {
          const occurredAt = receivedAt + at * 5_000;
          return { ...each, source: "stream", occurredAt };
        }),
      ]);
    }
}

async function messagesBefore(store: Stores, before: number) {
  return (await messagesIn(store)).filter(
    ({ firstEventAt }) => firstEventAt < before,
  );
}

async function expectAllCounted(store: Stores): Promise<void> {
  for (const by of DIMENSIONS)
    await expectRecount(store, { range: ALL_TIME, by });
  for (const spanMs of [HOUR_MS, DAY_MS])
    await expectRecount(store, { range: ALL_TIME, spanMs });
  expect(await store.failingRecipients({ size: 1_000 })).toEqual(
    await failingRecount(store),
  );
}

/** Expects the delivery times of the messages of `recordDays` that there are. */
async function expectDeliveryTimes(store: Stores): Promise<void> {
  const delivered = (await messagesIn(store)).filter(
    ({ status }) => status === "delivered",
  );
  const times = await store.deliveryTimes(ALL_TIME);
  // By the stream's clock; by ours it's 900 ms.
  expect(times.every(({ fromMs }) => fromMs > 4_000)).toBe(true);
  expect(times.reduce((sum, { messages }) => sum + messages, 0)).toBe(
    delivered.length,
  );
}
