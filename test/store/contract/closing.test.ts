import { expect, test } from "bun:test";
import type { FeedPosition } from "../../../src/store/feed-position.ts";
import { StoreUnavailable, type Store } from "../../../src/store/store.ts";
import { newMessageSid } from "../../support/twilio-client.ts";
import { eventOf } from "../events.ts";
import { eventsIn, messagesIn } from "../../support/rows.ts";
import { storeContract } from "../contract.ts";

const RANGE = { from: 0, to: 3_600_000 };

const CALLS: Record<
  string,
  (store: Store, start: FeedPosition) => Promise<unknown>
> = {
  recordEvent: (store) => store.recordEvent(eventOf({})),
  checkWritable: (store) => store.checkWritable(),
  listMessages: (store) => store.listMessages([], { size: 10 }),
  listAndCount: (store) => store.listAndCount([], 10),
  countMessages: (store) => store.countMessages([]),
  messageBySid: (store) => store.messageBySid(newMessageSid()),
  timeline: (store) => store.timeline(newMessageSid()),
  changedMessages: (store, start) => store.changedMessages([1], start),
  tally: (store) => store.tally({ range: RANGE }),
  topSenders: (store) => store.topSenders({ range: RANGE, of: "lost" }),
  countedByMinuteSince: (store) => store.countedByMinuteSince(),
  deliveryTimes: (store) => store.deliveryTimes(RANGE),
  errorCodeFacts: (store) => store.errorCodeFacts([30003], RANGE),
  failingRecipients: (store) => store.failingRecipients({ size: 10 }),
  recipientCounts: (store) => store.recipientCounts(1),
  addressById: (store) => store.addressById(1),
  suggest: (store) => store.suggest("tag", "", 10),
  feedStart: (store) => store.feedStart(),
  feedEnd: (store) => store.feedEnd(),
  feedAfter: (store, start) => store.feedAfter(start, 1),
  feedWithMessages: (store, start) => store.feedWithMessages(start, 1),
  eventsWithMessages: (store) => store.eventsWithMessages([1]),
  matcher: (store) =>
    store.matcher([{ field: "word", text: "a", negated: false }]),
  changesSince: (store, start) => store.changesSince(start),
  firstMessageAt: (store) => store.firstMessageAt(),
  lastEventAt: (store) => store.lastEventAt(Date.now()),
  everyMessage: (store) => messagesIn(store),
  everyEvent: (store) => eventsIn(store),
  everyMessageNewestFirst: (store) =>
    Array.fromAsync(store.everyMessageNewestFirst([])),
  everyFailingRecipient: (store) =>
    Array.fromAsync(store.everyFailingRecipient({})),
};

storeContract((openStore) => {
  test("closing first makes accepted events durable", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const taken = Array.from({ length: 50 }, () =>
      store.recordEvent(eventOf({})),
    );
    await store.close();
    expect(await Promise.all(taken)).toEqual(taken.map(() => "new"));
  });

  test.each(Object.entries(CALLS))(
    "%s is refused as unavailable once the store is closed",
    async (_, call) => {
      await using opened = await openStore();
      const { store } = opened;
      const start = await store.feedStart();
      await call(store, start);
      await store.close();
      const [result] = await Promise.allSettled([call(store, start)]);
      expect(result).toMatchObject({ reason: expect.any(StoreUnavailable) });
    },
  );

  test("a store can be closed twice", async () => {
    await using opened = await openStore();
    const { store } = opened;
    await store.close();
    await store.close();
  });
});
