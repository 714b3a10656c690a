import { expect, test } from "bun:test";
import { newMessageSid } from "../../support/twilio-client.ts";
import { eventOf } from "../events.ts";
import { storeContract } from "../contract.ts";

const MAIN = `AC${"a".repeat(32)}`;
const SUB = `AC${"b".repeat(32)}`;
const ALL_TIME = { from: 0, to: Date.UTC(3000, 0, 1) };

storeContract((openStore) => {
  test("a callback of another account changes nothing about a message", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const MessageSid = newMessageSid();
    await store.recordEvent(
      eventOf({ MessageSid, AccountSid: MAIN, MessageStatus: "sent" }),
    );
    const state = async () => [
      await store.messageBySid(MessageSid),
      await store.timeline(MessageSid),
      await store.tally({ range: ALL_TIME }),
      await store.feedEnd(),
    ];
    const before = await state();
    for (const MessageStatus of ["sent", "failed", "delivered"]) {
      const event = eventOf(
        { MessageSid, MessageStatus, AccountSid: SUB, ErrorCode: "30007" },
        { query: "owner=sub" },
      );
      expect(await store.recordEvent(event)).toBe("other-account");
    }
    expect(await state()).toEqual(before);
    expect(await store.suggest("account", "AC", 10)).toEqual([MAIN]);
  });

  test("a callback without an account belongs to its message's, whatever came before", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const MessageSid = newMessageSid();
    const post = (MessageStatus: string, AccountSid: string) =>
      store.recordEvent(eventOf({ MessageSid, MessageStatus, AccountSid }));
    expect(await post("sent", "")).toBe("new");
    expect(await post("delivered", MAIN)).toBe("new");
    expect(await post("failed", SUB)).toBe("other-account");
    expect(await post("sent", SUB)).toBe("other-account");
    expect(await post("undelivered", "")).toBe("new");
    expect(await post("sent", MAIN)).toBe("supplement");
    expect(await store.messageBySid(MessageSid)).toMatchObject({
      status: "delivered",
      accountSid: MAIN,
    });
  });

  test("if one batch has two accounts for a message, the first one wins", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const MessageSid = newMessageSid();
    const outcomes = await Promise.all(
      [MAIN, SUB, MAIN].map((AccountSid) =>
        store.recordEvent(eventOf({ MessageSid, AccountSid })),
      ),
    );
    expect(outcomes).toEqual(["new", "other-account", "repeat"]);
  });
});
