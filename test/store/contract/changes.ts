import { expect, test } from "bun:test";
import type { MessageRow } from "../../../src/store/store.ts";
import { newMessageSid } from "../../support/twilio-client.ts";
import { eventOf, type OpenStore } from "../events.ts";

export function changesContract(openStore: OpenStore): void {
  test("what changed since an event is counted, failures apart", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const none = { count: 0, isMore: false };
    expect(await store.lastEventId()).toBe(0);
    expect(await store.changesSince(0)).toEqual({
      lastEventId: 0,
      events: none,
      failures: none,
    });
    const statuses = ["sent", "failed", "delivered", "undelivered"];
    for (const MessageStatus of statuses)
      await store.recordEvent(eventOf({ MessageStatus }));
    const events = await store.eventsAfter(0, 10);
    expect(await store.lastEventId()).toBe(events.at(-1)?.id ?? 0);
    const [, second, , last] = events.map((event) => event.id);
    expect(await store.changesSince(0)).toEqual({
      lastEventId: last ?? 0,
      events: { count: 4, isMore: false },
      failures: { count: 2, isMore: false },
    });
    expect(await store.changesSince(second ?? 0)).toMatchObject({
      events: { count: 2 },
      failures: { count: 1 },
    });
    expect(await store.changesSince(last ?? 0)).toEqual({
      lastEventId: last ?? 0,
      events: none,
      failures: none,
    });
  });

  test("a great many changes are counted up to a limit", async () => {
    await using opened = await openStore();
    const { store } = opened;
    await Promise.all(
      Array.from({ length: 1_001 }, () =>
        store.recordEvent(eventOf({ MessageStatus: "failed" })),
      ),
    );
    const limited = { count: 1_000, isMore: true };
    expect(await store.changesSince(0)).toMatchObject({
      events: limited,
      failures: limited,
    });
    expect(await store.changesSince(1)).toMatchObject({
      events: { count: 1_000, isMore: false },
    });
  });

  test("of the messages asked for, those with a later event have changed", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const [first = "", second = "", third = ""] = [1, 2, 3].map(newMessageSid);
    for (const MessageSid of [first, second, third])
      await store.recordEvent(eventOf({ MessageSid, MessageStatus: "sent" }));
    const lastEventId = await store.lastEventId();
    for (const MessageSid of [third, first])
      await store.recordEvent(
        eventOf({ MessageSid, MessageStatus: "delivered" }),
      );
    const rows = await store.messagesAfter(0, 10);
    const ids = rows.map((message) => message.id);
    const changed = async (among: readonly number[], since: number) =>
      (await store.changedMessages(among, since)).map(sidAndStatus);
    expect(await changed(ids.toReversed(), lastEventId)).toEqual([
      [first, "delivered"],
      [third, "delivered"],
    ]);
    expect(await changed(ids.slice(1, 2), lastEventId)).toEqual([]);
    expect(await changed([], 0)).toEqual([]);
    expect(await changed(ids.slice(1, 2), 0)).toEqual([[second, "sent"]]);
  });

  test("an address is known by the id that messages give it", async () => {
    await using opened = await openStore();
    const { store } = opened;
    await store.recordEvent(eventOf({ To: "+14155550123", From: "ACME" }));
    await store.recordEvent(eventOf({ To: "", From: "" }));
    const [message, other] = await store.messagesAfter(0, 2);
    expect(await store.addressById(message?.recipientId ?? 0)).toBe(
      "+14155550123",
    );
    expect(await store.addressById(message?.senderId ?? 0)).toBe("ACME");
    expect(other).toMatchObject({ recipientId: null, senderId: null });
    expect(await store.addressById(999)).toBeUndefined();
  });
}

function sidAndStatus({ messageSid, status }: MessageRow) {
  return [messageSid, status];
}
