import { expect, test } from "bun:test";
import { newMessageSid } from "../../support/twilio-client.ts";
import { eventOf, eventOfForm, type OpenStore } from "../events.ts";

const ALL_TIME = { from: 0, to: Date.UTC(3000, 0, 1) };

export function recordingContract(openStore: OpenStore): void {
  test("a new event is recorded with all it says, and its message is known", async () => {
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
      firstEventAt: event.receivedAt,
      lastEventAt: event.receivedAt,
      tags: [["campaign", "spring"]],
    });
  });

  test("a callback that adds nothing changes nothing but the count of repeats", async () => {
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

  test("of one event recorded many times at once, exactly one is new", async () => {
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
    expect(await store.eventsAfter(0, 1000)).toHaveLength(events.length);
    expect(await store.messagesAfter(0, 1000)).toHaveLength(events.length);
  });

  test("what is recorded at once is told apart", async () => {
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

  test("a message nobody has heard of has no row and no timeline", async () => {
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

  test("the feed has every event once, in steps of any size; so have the messages", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const messages = Array.from({ length: 23 }, newMessageSid);
    for (const MessageStatus of ["sent", "delivered"])
      await Promise.all(
        messages.map((MessageSid) =>
          store.recordEvent(eventOf({ MessageSid, MessageStatus })),
        ),
      );
    for (const step of [1, 7, 46, 100]) {
      const events = await inSteps((after) => store.eventsAfter(after, step));
      expect(
        events.map((event) => `${event.messageSid} ${event.status}`).toSorted(),
      ).toEqual(
        messages
          .flatMap((sid) => [`${sid} delivered`, `${sid} sent`])
          .toSorted(),
      );
      const rows = await inSteps((after) => store.messagesAfter(after, step));
      expect(rows.map((row) => row.messageSid).toSorted()).toEqual(
        messages.toSorted(),
      );
    }
    const [newest] = (await store.eventsAfter(0, 100)).slice(-1);
    expect(await store.eventsAfter(newest?.id ?? 0, 100)).toEqual([]);
  });

  test("the time of the latest event is that of the last one recorded", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const now = Date.UTC(2026, 10, 23, 12, 30);
    expect(await store.lastEventAt(now)).toBeUndefined();
    await store.recordEvent(eventOf({}, { receivedAt: now - 2_000 }));
    await store.recordEvent(eventOf({}, { receivedAt: now - 1_000 }));
    expect(await store.lastEventAt(now)).toBe(now - 1_000);
  });

  test("events that a clock dated after now don't count as the latest", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const now = Date.UTC(2026, 10, 23, 12, 30);
    const ahead = now + 700 * 86_400_000;
    await store.recordEvent(eventOf({}, { receivedAt: ahead }));
    expect(await store.lastEventAt(now)).toBeUndefined();
    await store.recordEvent(eventOf({}, { receivedAt: now - 1_000 }));
    await store.recordEvent(eventOf({}, { receivedAt: ahead }));
    // The beginning of its hour is all that is known.
    expect(await store.lastEventAt(now)).toBe(Date.UTC(2026, 10, 23, 12));
  });

  test("a write is tried when asked whether writes work", async () => {
    await using opened = await openStore();
    await opened.store.checkWritable();
  });
}

/** All rows, read on from the last one's id until there are no more. */
async function inSteps<Row extends { readonly id: number }>(
  read: (afterId: number) => Promise<readonly Row[]>,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (;;) {
    const next = await read(rows.at(-1)?.id ?? 0);
    if (next.length === 0) return rows;
    rows.push(...next);
  }
}
