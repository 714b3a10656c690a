import { expect, test } from "bun:test";
import { newMessageSid } from "../../support/twilio-client.ts";
import { eventOf } from "../events.ts";
import { storeContract } from "../contract.ts";

const SUPPLEMENTS_MAX = 100;

storeContract((openStore) => {
  test("an error code from a later callback of the same status is kept", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const failed = {
      MessageSid: newMessageSid(),
      MessageStatus: "undelivered",
    };
    expect(await store.recordEvent(eventOf(failed))).toBe("new");
    const withCode = eventOf({ ...failed, ErrorCode: "30008" });
    expect(await store.recordEvent(withCode)).toBe("supplement");
    expect(await store.recordEvent(withCode)).toBe("repeat");
    expect(await store.messageBySid(failed.MessageSid)).toMatchObject({
      status: "undelivered",
      errorCode: 30008,
    });
    expect(await store.timeline(failed.MessageSid)).toMatchObject([
      { errorCode: null, isSupplement: false, repeats: 0 },
      { errorCode: 30008, isSupplement: true, repeats: 1 },
    ]);
  });

  test("of two error codes for one status, the lower counts, whichever came first", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const codes = ["30008", "30003"];
    for (const order of [codes, codes.toReversed()]) {
      const failed = { MessageSid: newMessageSid(), MessageStatus: "failed" };
      for (const ErrorCode of order)
        await store.recordEvent(eventOf({ ...failed, ErrorCode }));
      expect(await store.messageBySid(failed.MessageSid)).toMatchObject({
        errorCode: 30003,
      });
      expect(
        (await store.timeline(failed.MessageSid)).map(({ errorCode }) =>
          String(errorCode),
        ),
      ).toEqual(order);
    }
  });

  test("undelivered and then failed on WhatsApp are one event and its supplement", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const MessageSid = newMessageSid();
    const post = (MessageStatus: string) =>
      store.recordEvent(
        eventOf({ MessageSid, MessageStatus }, { channel: "whatsapp" }),
      );
    expect(await post("undelivered")).toBe("new");
    expect(await post("failed")).toBe("supplement");
    expect(await post("undelivered")).toBe("repeat");
  });

  test("a tag from a later callback is added to the message", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const event = eventOf({}, { query: "order=1" });
    const post = (query: string) => store.recordEvent({ ...event, query });
    expect(await post("order=1")).toBe("new");
    expect(await post("order=1&campaign=spring")).toBe("supplement");
    expect(await post("campaign=spring")).toBe("repeat");
    expect((await store.messageBySid(event.messageSid))?.tags).toEqual([
      ["campaign", "spring"],
      ["order", "1"],
    ]);
  });

  test("a supplement is a change, but not another failure", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const failed = { MessageSid: newMessageSid(), MessageStatus: "failed" };
    await store.recordEvent(eventOf(failed));
    const after = await store.feedEnd();
    await store.recordEvent(eventOf({ ...failed, ErrorCode: "30003" }));
    const changes = await store.changesSince(after);
    expect(changes.end.order).toBeGreaterThan(after.order);
    expect(changes).toMatchObject({
      events: { count: 1 },
      failures: { count: 0 },
    });
  });

  test("an event has a limited number of supplements; callbacks beyond it count as repeats", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const MessageSid = newMessageSid();
    const outcomes = await Promise.all(
      Array.from({ length: SUPPLEMENTS_MAX + 20 }, (_, index) =>
        store.recordEvent(eventOf({ MessageSid, Flood: String(index) })),
      ),
    );
    expect(outcomes.slice(0, 1)).toEqual(["new"]);
    expect(outcomes.slice(1, SUPPLEMENTS_MAX + 1)).toEqual(
      Array.from({ length: SUPPLEMENTS_MAX }, () => "supplement"),
    );
    expect(outcomes.slice(SUPPLEMENTS_MAX + 1)).toEqual(
      Array.from({ length: 19 }, () => "repeat"),
    );
    const timeline = await store.timeline(MessageSid);
    expect(timeline).toHaveLength(SUPPLEMENTS_MAX + 1);
    expect(timeline[0]).toMatchObject({ repeats: 19 });
    // Another status has its own limit.
    expect(
      await store.recordEvent(eventOf({ MessageSid, MessageStatus: "failed" })),
    ).toBe("new");
  });
});
