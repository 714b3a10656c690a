import { expect, test } from "bun:test";
import { storeContract } from "../contract.ts";
import { NO_OUTCOMES } from "../../../src/sources/outcomes.ts";
import { eventOf } from "../events.ts";

const NOW = Date.UTC(2026, 11, 1, 12);
const MINUTE_MS = 60_000;
const NOTE = { aliveAt: NOW, dailyThrough: "2026-11-30", failure: null };

storeContract((openStore) => {
  test("days are read oldest first, page by page, and again when they're wanted again", async () => {
    await using opened = await openStore();
    const { backfills } = opened.store;
    expect(await backfills.note()).toBeUndefined();
    await backfills.want(["2026-11-30", "2026-11-02"], NOW, NOTE);
    expect(await backfills.note()).toEqual(NOTE);
    const none = { ...NO_OUTCOMES, messages: 0, found: 0, unreadable: 0 };
    const fresh = { nextPage: null, pages: 0, afterEventId: 0, ...none };
    const first = await backfills.next();
    expect(first).toEqual({
      day: "2026-11-02",
      wantedAt: NOW,
      ...fresh,
      readAt: null,
    });
    if (first === undefined) return;
    const known = { byCallback: 980, byStream: 8, byBoth: 4, byApi: 6 };
    const missed = {
      missedAway: 1,
      missedRefused: 2,
      missedRejected: 0,
      missedNoUrl: 3,
    };
    const page = {
      messages: 1_000,
      found: 3,
      unreadable: 1,
      nextPage: "?a",
      ...known,
      ...missed,
    };
    await backfills.addPage(first, page, null);
    // Wanted while it's being read, it continues.
    await backfills.want(["2026-11-02"], NOW + 1);
    expect(await backfills.next()).toMatchObject({ ...page, pages: 1 });
    await backfills.addPage(first, { ...page, nextPage: null }, NOW + 2);
    expect(await backfills.next()).toMatchObject({ day: "2026-11-30" });
    expect(await backfills.days("2026-11-01", "2026-11-29")).toMatchObject([
      {
        pages: 2,
        messages: 2_000,
        found: 6,
        unreadable: 2,
        byCallback: 1_960,
        byStream: 16,
        byBoth: 8,
        byApi: 12,
        missedAway: 2,
        missedRefused: 4,
        missedRejected: 0,
        missedNoUrl: 6,
        readAt: NOW + 2,
      },
    ]);
    await backfills.want(["2026-11-02"], NOW + 3);
    expect(await backfills.next()).toMatchObject({ ...fresh, readAt: null });
    // A page that was read for the earlier wish changes nothing.
    await backfills.addPage(first, page, NOW + 4);
    expect(await backfills.next()).toMatchObject(fresh);
    expect(await backfills.note()).toEqual(NOTE);
  });

  test("messages in flight are due once they're old enough, until they're final or gone", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const at = (minutes: number) => ({ receivedAt: NOW - minutes * MINUTE_MS });
    const [old, stuck, delivered, young] = await Promise.all(
      [
        [5_000, "sent"] as const,
        [20, "sent"] as const,
        [20, "delivered"] as const,
        [1, "sent"] as const,
      ].map(async ([minutes, MessageStatus], index) => {
        const MessageSid = `SM${String(index).repeat(32)}`;
        const event = eventOf({ MessageSid, MessageStatus }, at(minutes));
        await store.recordEvent(event);
        return MessageSid;
      }),
    );
    await store.settled();
    const { reconciles } = store;
    const firstSeen = {
      after: NOW - 4_000 * MINUTE_MS,
      until: NOW - 15 * MINUTE_MS,
    };
    expect(await reconciles.add(firstSeen, NOW)).toBe(false);
    expect(await reconciles.add(firstSeen, NOW)).toBe(false);
    const [due, ...rest] = await reconciles.due(NOW, 10);
    expect(rest).toEqual([]);
    expect(due).toMatchObject({ messageSid: stuck, asked: 0 });
    expect([old, delivered, young]).not.toContain(due?.messageSid ?? "");
    if (due === undefined) return;
    const { messageId } = due;
    const nextAt = NOW + 45 * MINUTE_MS;
    await reconciles.save([{ messageId, is: "in flight", nextAt }]);
    expect(await reconciles.due(nextAt - 1, 10)).toEqual([]);
    expect(await reconciles.due(nextAt, 10)).toMatchObject([{ asked: 1 }]);
    await reconciles.save([{ messageId, is: "gone", at: nextAt }]);
    expect(await reconciles.due(nextAt * 2, 10)).toEqual([]);
    expect(await reconciles.goneAt(messageId)).toBe(nextAt);
    // The young one is old enough later; the others aren't added again.
    const later = { ...firstSeen, until: NOW };
    await reconciles.add(later, NOW);
    const [second] = await reconciles.due(NOW, 10);
    expect(second).toMatchObject({ messageSid: young });
    await reconciles.save([{ messageId: second?.messageId ?? 0, is: "final" }]);
    await reconciles.add(later, NOW);
    expect(await reconciles.due(nextAt * 2, 10)).toEqual([]);
    await store.upkeep.prune(NOW + 3_600_000);
    expect(await reconciles.goneAt(messageId)).toBeUndefined();
  });

  test("prices are kept to the last digit, of messages that are there, until Twilio states another one", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const [messageSid, unknown] = [
      `SM${"a".repeat(32)}`,
      `SM${"b".repeat(32)}`,
    ];
    await store.recordEvent(eventOf({ MessageSid: messageSid }));
    await store.settled();
    const { id = 0 } = (await store.messageBySid(messageSid)) ?? {};
    expect(await store.prices.of(id)).toBeUndefined();
    const reading = { messageSid, day: 20_000, segments: 1, hasFee: false };
    await store.prices.save([{ ...reading, price: null }]);
    expect(await store.prices.of(id)).toBeUndefined();
    const price = { amount: "-123456789.123456789012", currency: "EUR" };
    await store.prices.save([
      { ...reading, price },
      { ...reading, messageSid: unknown, price },
    ]);
    expect(await store.prices.of(id)).toEqual(price);
    await store.prices.save([{ ...reading, price: null }]);
    expect(await store.prices.of(id)).toEqual(price);
    for (const changed of [
      { ...price, amount: "-0.10" },
      { amount: "-0.10", currency: "USD" },
    ]) {
      await store.prices.save([{ ...reading, price: changed }]);
      expect(await store.prices.of(id)).toEqual(changed);
    }
    await store.prices.save([]);
    await store.upkeep.prune(Date.UTC(2100, 0, 1));
    expect(await store.prices.of(id)).toBeUndefined();
  });
});
