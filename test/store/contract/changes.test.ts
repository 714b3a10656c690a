import { expect, test } from "bun:test";
import {
  FeedPosition,
  FeedPositionGone,
} from "../../../src/store/feed-position.ts";
import type { EventRow, MessageRow } from "../../../src/store/store.ts";
import { openServerStore } from "../../support/open-store.ts";
import { newMessageSid } from "../../support/twilio-client.ts";
import { oldCursor, positionAfter } from "../positions.ts";
import { eventOf } from "../events.ts";
import { eventsIn, messagesIn } from "../../support/rows.ts";
import { storeContract } from "../contract.ts";

storeContract((openStore) => {
  test("changes since a position are counted, failures separately", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const none = { count: 0, isMore: false };
    const start = await store.feedStart();
    expect(await store.feedEnd()).toEqual(start);
    expect(await store.changesSince(start)).toEqual({
      end: start,
      events: none,
      failures: none,
    });
    const statuses = ["sent", "failed", "delivered", "undelivered"];
    for (const MessageStatus of statuses)
      await store.recordEvent(eventOf({ MessageStatus }));
    const { next: second } = await store.feedAfter(start, 2);
    const { next: end } = await store.feedAfter(start, 10);
    expect(await store.feedEnd()).toEqual(end);
    expect(await store.changesSince(start)).toEqual({
      end,
      events: { count: 4, isMore: false },
      failures: { count: 2, isMore: false },
    });
    expect(await store.changesSince(second)).toMatchObject({
      events: { count: 2 },
      failures: { count: 1 },
    });
    expect(await store.changesSince(end)).toEqual({
      end,
      events: none,
      failures: none,
    });
  });

  test("large numbers of changes are counted up to a limit", async () => {
    await using opened = await openStore();
    const { store } = opened;
    await Promise.all(
      Array.from({ length: 1_001 }, () =>
        store.recordEvent(eventOf({ MessageStatus: "failed" })),
      ),
    );
    const limited = { count: 1_000, isMore: true };
    const start = await store.feedStart();
    expect(await store.changesSince(start)).toMatchObject({
      events: limited,
      failures: limited,
    });
    const { next: first } = await store.feedAfter(start, 1);
    expect(await store.changesSince(first)).toMatchObject({
      events: { count: 1_000, isMore: false },
    });
  });

  test("of the requested messages, those with a later event have changed", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const [first = "", second = "", third = ""] = [1, 2, 3].map(newMessageSid);
    for (const MessageSid of [first, second, third])
      await store.recordEvent(eventOf({ MessageSid, MessageStatus: "sent" }));
    const sent = await store.feedEnd();
    for (const MessageSid of [third, first])
      await store.recordEvent(
        eventOf({ MessageSid, MessageStatus: "delivered" }),
      );
    const rows = await messagesIn(store);
    const ids = rows.map((message) => message.id);
    const changed = async (among: readonly number[], since: FeedPosition) =>
      (await store.changedMessages(among, since)).map(sidAndStatus);
    expect(await changed(ids.toReversed(), sent)).toEqual([
      [first, "delivered"],
      [third, "delivered"],
    ]);
    expect(await changed(ids.slice(1, 2), sent)).toEqual([]);
    const start = await store.feedStart();
    expect(await changed([], start)).toEqual([]);
    expect(await changed(ids.slice(1, 2), start)).toEqual([[second, "sent"]]);
  });

  test("the feed has every event once, in the order of recording, with any page size", async () => {
    await using opened = await openStore();
    const { store } = opened;
    for (let index = 0; index < 5; index++)
      await store.recordEvent(eventOf({}));
    const all = await eventsIn(store);
    const read = [];
    let position = await store.feedStart();
    for (;;) {
      const { events, next } = await store.feedAfter(position, 2);
      read.push(...events);
      if (events.length === 0) expect(next).toEqual(position);
      if (events.length === 0) break;
      position = next;
    }
    expect(read).toEqual([...all]);
    expect(position).toEqual(await store.feedEnd());
  });

  test("a feed that is read during recording has every event once and in order, and reports the same changes", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const start = await store.feedStart();
    let isRecording = true;
    const record = async (): Promise<void> => {
      for (let index = 0; index < 60; index++)
        await Promise.all(
          ["sent", "failed"].map((MessageStatus) =>
            store.recordEvent(eventOf({ MessageStatus })),
          ),
        );
    };
    const recording = Promise.all([record(), record(), record()]).finally(
      () => (isRecording = false),
    );
    const followFeed = async () => {
      const read: EventRow[] = [];
      for (let after = start; ;) {
        const isLast = !isRecording;
        const { events, next } = await store.feedAfter(after, 7);
        read.push(...events);
        after = next;
        if (isLast && events.length === 0) return read;
      }
    };
    const followChanges = async () => {
      const counted = { events: 0, failures: 0 };
      for (let after = start; ;) {
        const isLast = !isRecording;
        const { end, events, failures } = await store.changesSince(after);
        counted.events += events.count;
        counted.failures += failures.count;
        if (isLast && end.isSame(after)) return counted;
        after = end;
      }
    };
    const [read, counted] = await Promise.all([
      followFeed(),
      followChanges(),
      recording,
    ]);
    expect(read).toEqual(await eventsIn(store));
    const ids = read.map(({ id }) => id);
    expect(ids).toEqual(ids.toSorted((a, b) => a - b));
    expect(counted).toEqual({ events: 360, failures: 180 });
  });

  test("a feed position of another database is gone, even if that one has the same events", async () => {
    await using opened = await openStore();
    await using another = await opened.anotherDatabase();
    const other = await openServerStore(another.engine);
    const event = eventOf({});
    for (const store of [opened.store, other]) await store.recordEvent(event);
    const foreign = await other.feedEnd();
    expect(foreign.isSame(await opened.store.feedEnd())).toBe(false);
    const [result] = await Promise.allSettled([
      opened.store.feedAfter(foreign, 10),
    ]);
    expect(result).toMatchObject({ reason: expect.any(FeedPositionGone) });
    await other.close();
  });

  test("a position of another ledger, beyond the end, or of version 0.1.0 is gone for every query", async () => {
    await using opened = await openStore();
    const { store } = opened;
    await store.recordEvent(eventOf({}));
    const old = FeedPosition.read(oldCursor(1));
    const bare = FeedPosition.read("1");
    for (const position of [
      new FeedPosition("0123456789abcdef", 0),
      new FeedPosition("0123456789abcdef", 1),
      await positionAfter(store, 2),
      old,
      bare,
    ]) {
      if (position === undefined) throw new Error("It must be a valid cursor.");
      const results = await Promise.allSettled([
        store.feedAfter(position, 1),
        store.changesSince(position),
        store.changedMessages([1], position),
      ]);
      for (const result of results)
        expect(result).toMatchObject({ reason: expect.any(FeedPositionGone) });
    }
  });

  test("a cursor stands for its position, and no other text does", async () => {
    await using opened = await openStore();
    const { store } = opened;
    await store.recordEvent(eventOf({}));
    const end = await store.feedEnd();
    expect(FeedPosition.read(end.text)).toEqual(end);
    for (const text of ["", "x", "-1", "1x", `${end.text}AA`, oldCursor(-1)])
      expect([text, FeedPosition.read(text)]).toEqual([text, undefined]);
  });

  test("an address is found by the ID that messages give it", async () => {
    await using opened = await openStore();
    const { store } = opened;
    await store.recordEvent(eventOf({ To: "+14155550123", From: "ACME" }));
    await store.recordEvent(eventOf({ To: "", From: "" }));
    const [message, other] = await messagesIn(store);
    expect(await store.addressById(message?.recipientId ?? 0)).toBe(
      "+14155550123",
    );
    expect(await store.addressById(message?.senderId ?? 0)).toBe("ACME");
    expect(other).toMatchObject({ recipientId: null, senderId: null });
    expect(await store.addressById(999)).toBeUndefined();
  });
});

function sidAndStatus({ messageSid, status }: MessageRow) {
  return [messageSid, status];
}
