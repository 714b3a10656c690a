import { expect, test } from "bun:test";
import type { MessageFilter } from "../../../src/store/filter.ts";
import { fc } from "../../support/fast-check.ts";
import { messagesIn } from "../../support/rows.ts";
import { newMessageSid } from "../../support/twilio-client.ts";
import { arbitraryEvents, arbitraryFilter } from "../arbitrary-filters.ts";
import { eventOf } from "../events.ts";
import { storeContract } from "../contract.ts";

/** Tests what forwarding reads: events with their messages, and which filters they match. */
storeContract((openStore, runs) => {
  test("an event matches a filter exactly when the search finds its message, if that's its only event", async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryEvents,
        fc.array(arbitraryFilter, { minLength: 60, maxLength: 60 }),
        async (events, filters) => {
          await using opened = await openStore();
          const { store } = opened;
          const known = new Set<string>();
          for (const event of events) {
            if (known.has(event.messageSid)) continue;
            known.add(event.messageSid);
            await store.recordEvent(event);
          }
          const start = await store.feedStart();
          const feed = await store.feedWithMessages(start, events.length);
          for (const filter of filters) {
            const matches = await store.matcher(filter);
            const matching = feed.events
              .filter(({ event, message }) => matches(event, message))
              .map(({ message }) => message.messageSid);
            const found = (await messagesIn(store, filter)).map(
              ({ messageSid }) => messageSid,
            );
            expect([filter, matching.toSorted()]).toEqual([
              filter,
              found.toSorted(),
            ]);
          }
        },
      ),
      { numRuns: runs(15) },
    );
  });

  test("status and code are the event's, everything else is the message's", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const MessageSid = newMessageSid();
    await store.recordEvent(eventOf({ MessageSid, MessageStatus: "sent" }));
    const failed = { MessageStatus: "failed", ErrorCode: "30003" };
    await store.recordEvent(
      eventOf({ MessageSid, ...failed }, { query: "campaign=spring" }),
    );
    const { events } = await store.feedWithMessages(
      await store.feedStart(),
      10,
    );
    const matching = async (filter: MessageFilter) => {
      const matches = await store.matcher(filter);
      return events
        .filter(({ event, message }) => matches(event, message))
        .map(({ event }) => event.status);
    };
    const negated = false;
    expect(
      await matching([{ field: "status", values: ["sent"], negated }]),
    ).toEqual(["sent"]);
    expect(
      await matching([{ field: "code", values: [30003], negated }]),
    ).toEqual(["failed"]);
    expect(
      await matching([
        { field: "tag", name: "campaign", value: "spring", negated },
      ]),
    ).toEqual(["sent", "failed"]);
  });

  test("the feed with messages has every event once, however little a step reads", async () => {
    await using opened = await openStore({ stepRows: 2 });
    const { store } = opened;
    for (let each = 0; each < 7; each++) await store.recordEvent(eventOf({}));
    const all = await store.feedAfter(await store.feedStart(), 10);
    const first = await store.feedWithMessages(await store.feedStart(), 3);
    const rest = await store.feedWithMessages(first.next, 10);
    const events = [...first.events, ...rest.events];
    expect(events.map(({ event }) => event)).toEqual([...all.events]);
    for (const { event, message } of events)
      expect(message).toEqual(
        (await store.messageBySid(event.messageSid)) ?? message,
      );
    expect(rest.next).toEqual(await store.feedEnd());
    const ids = [2, 4_711, 1];
    const some = await store.eventsWithMessages(ids);
    expect(some).toEqual(events.slice(0, 2));
  });
});
