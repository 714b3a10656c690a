import { expect, test } from "bun:test";
import { newMessageSid } from "../../support/twilio-client.ts";
import { eventOf, eventOfForm } from "../events.ts";
import { eventsIn, messagesIn } from "../../support/rows.ts";
import { storeContract } from "../contract.ts";

const ALL_TIME = { from: 0, to: Date.UTC(3000, 0, 1) };

storeContract((openStore) => {
  test("a new event is recorded in full, and its message is known", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const event = eventOf(
      {
        MessageStatus: "undelivered",
        ErrorCode: "30003",
        ErrorMessage: "Unreachable destination handset",
        MessagingServiceSid: "MGe1cb289b2c9a666502b8400eca94b3bc",
        NumSegments: "2",
        RawDlrDoneDate: "2611231229",
      },
      { query: "campaign=spring" },
    );
    expect(await store.recordEvent(event)).toBe("new");
    const [row] = await store.timeline(event.messageSid);
    expect(row).toEqual({
      ...event,
      id: expect.any(Number),
      isSupplement: false,
      repeats: 0,
      lastRepeatAt: null,
      confirmations: [],
    });
    expect(await store.messageBySid(event.messageSid)).toEqual({
      id: expect.any(Number),
      messageSid: event.messageSid,
      channel: "sms",
      status: "undelivered",
      to: event.to,
      from: event.from,
      recipientId: expect.any(Number),
      senderId: expect.any(Number),
      country: "US",
      errorCode: 30003,
      accountSid: event.accountSid,
      messagingServiceSid: event.messagingServiceSid,
      numSegments: 2,
      mcc: null,
      mnc: null,
      sources: ["callback"],
      firstEventAt: event.receivedAt,
      lastEventAt: event.receivedAt,
      tags: [["campaign", "spring"]],
    });
  });

  test("a callback that adds nothing changes only the count of repeats", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const first = eventOf({ MessageStatus: "failed", ErrorCode: "30003" });
    const state = async () => ({
      timeline: (await store.timeline(first.messageSid)).map(
        ({ repeats: _repeats, lastRepeatAt: _lastRepeatAt, ...event }) => event,
      ),
      message: await store.messageBySid(first.messageSid),
      counts: await store.tally({ range: ALL_TIME }),
      errors: await store.tally({ range: ALL_TIME, by: "errorCode" }),
    });
    await store.recordEvent(first);
    const before = await state();
    const repeats = [
      first,
      { ...first, receivedAt: first.receivedAt + 9_999_999 },
      eventOfForm(first.params.slice(0, 5)),
    ];
    for (const repeat of repeats)
      expect(await store.recordEvent(repeat)).toBe("repeat");
    expect(await state()).toEqual(before);
  });

  test("if one event is recorded many times at once, exactly one is new", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const events = Array.from({ length: 5 }, () => eventOf({}));
    const results = await Promise.all(
      events.flatMap((event) =>
        Array.from({ length: 20 }, () => store.recordEvent(event)),
      ),
    );
    expect(results.filter((outcome) => outcome === "new")).toHaveLength(
      events.length,
    );
    expect(await eventsIn(store)).toHaveLength(events.length);
    expect(await messagesIn(store)).toHaveLength(events.length);
  });

  test("different events recorded at once stay separate", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const known = eventOf({ MessageStatus: "sent" });
    await store.recordEvent(known);
    const events = [
      eventOf({}),
      known,
      eventOf({ MessageSid: known.messageSid, MessageStatus: "delivered" }),
      known,
      eventOf({}),
    ];
    const results = await Promise.all(
      events.map((event) => store.recordEvent(event)),
    );
    expect(results).toEqual(["new", "repeat", "new", "repeat", "new"]);
  });

  test("an unknown message has no row and no timeline", async () => {
    await using opened = await openStore();
    const { store } = opened;
    await store.recordEvent(eventOf({}));
    const stranger = newMessageSid();
    expect(await store.messageBySid(stranger)).toBeUndefined();
    expect(await store.timeline(stranger)).toEqual([]);
    // MM and SM with the same digits are two messages.
    const sms = eventOf({ MessageSid: `SM${"a".repeat(32)}` });
    await store.recordEvent(sms);
    expect(await store.messageBySid(`MM${"a".repeat(32)}`)).toBeUndefined();
  });

  test("a timeline has a message's events in the order of recording", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const MessageSid = newMessageSid();
    for (const [index, MessageStatus] of [
      "delivered",
      "sent",
      "failed",
    ].entries()) {
      await store.recordEvent(
        eventOf({ MessageSid, MessageStatus }, { receivedAt: 9_000 - index }),
      );
      await store.recordEvent(eventOf({ MessageStatus }));
    }
    const timeline = await store.timeline(MessageSid);
    expect(timeline.map((event) => event.status)).toEqual([
      "delivered",
      "sent",
      "failed",
    ]);
    expect(timeline.map((event) => event.receivedAt)).toEqual([
      9_000, 8_999, 8_998,
    ]);
  });

  test.each([1, 7, 46, 100])(
    "every message and every event is read once and in order, in steps of %d",
    async (stepRows) => {
      await using opened = await openStore({ stepRows });
      const { store } = opened;
      const sids = Array.from({ length: 23 }, newMessageSid);
      for (const MessageStatus of ["sent", "delivered"])
        for (const MessageSid of sids)
          await store.recordEvent(eventOf({ MessageSid, MessageStatus }));
      const events = await eventsIn(store);
      expect(
        events.map(({ messageSid, status }) => `${status} ${messageSid}`),
      ).toEqual(
        ["sent", "delivered"].flatMap((status) =>
          sids.map((sid) => `${status} ${sid}`),
        ),
      );
      const start = await store.feedStart();
      expect((await store.feedAfter(start, 45)).events).toEqual(
        events.slice(0, 45),
      );
      const messages = await messagesIn(store);
      expect(messages.map(({ messageSid }) => messageSid)).toEqual(sids);
      const matches = await Array.fromAsync(store.everyMessageNewestFirst([]));
      expect(matches.flat()).toEqual(messages.toReversed());
    },
  );

  test("the latest event's time is that of the last one recorded", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const now = Date.UTC(2026, 10, 23, 12, 30);
    expect(await store.lastEventAt(now)).toBeUndefined();
    await store.recordEvent(eventOf({}, { receivedAt: now - 2_000 }));
    await store.recordEvent(eventOf({}, { receivedAt: now - 1_000 }));
    expect(await store.lastEventAt(now)).toBe(now - 1_000);
  });

  test("events dated after now don't count as the latest", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const now = Date.UTC(2026, 10, 23, 12, 30);
    const ahead = now + 700 * 86_400_000;
    await store.recordEvent(eventOf({}, { receivedAt: ahead }));
    expect(await store.lastEventAt(now)).toBeUndefined();
    await store.recordEvent(eventOf({}, { receivedAt: now - 1_000 }));
    await store.recordEvent(eventOf({}, { receivedAt: ahead }));
    // Only the start of its hour is known.
    expect(await store.lastEventAt(now)).toBe(Date.UTC(2026, 10, 23, 12));
  });

  test("a write check really writes", async () => {
    await using opened = await openStore();
    await opened.store.checkWritable();
  });
});

/** Reads all rows, continuing from the last one's ID until there are no more. */
