import { expect, test } from "bun:test";
import { StoreUnusable } from "../../../src/store/store.ts";
import type { Stores } from "../../../src/store/stores.ts";
import { eventsIn, messagesIn } from "../../support/rows.ts";
import { newMessageSid } from "../../support/twilio-client.ts";
import { eventOf } from "../events.ts";
import { expectRecount } from "../recount.ts";
import { storeContract } from "../contract.ts";

const DAY_MS = 24 * 3_600_000;
const MIDNIGHT = Date.UTC(2026, 10, 23);
const ALL_TIME = { from: 0, to: Date.UTC(3000, 0, 1) };
const NUMBER = "+14155550123";
const by = { at: MIDNIGHT, actor: "command line", address: null };

/** Tests other processes that open the database while a server has it open. */
storeContract((openStore) => {
  test("a reader sees what the server has recorded, and what it records later", async () => {
    await using opened = await openStore();
    const { store, engine } = opened;
    await store.recordEvent(eventOf({}));
    const reader = await engine.openForReading();
    try {
      await store.settled();
      expect(await eventsIn(reader)).toEqual(await eventsIn(store));
      await store.recordEvent(eventOf({}));
      await store.settled();
      expect(await messagesIn(reader)).toEqual(await messagesIn(store));
      expect(await reader.feedEnd()).toEqual(await store.feedEnd());
    } finally {
      await reader.close();
    }
  });

  test("a command's changes apply at once, in both directions", async () => {
    await using opened = await openStore();
    const { store, engine } = opened;
    const command = await engine.openForCommand();
    try {
      const user = {
        name: "ana",
        role: "admin",
        passwordHash: "hash",
        isPasswordTemporary: false,
      } as const;
      const added = await command.accounts.addUser(user, by);
      expect(await store.accounts.users()).toMatchObject([{ name: "ana" }]);
      expect(await command.accounts.addUser(user, by)).toEqual({
        refusal: "name taken",
      });
      expect(added).toEqual({ id: expect.any(Number) });
      await store.accounts.addUser({ ...user, name: "mo" }, by);
      expect(await command.accounts.users()).toHaveLength(2);
      expect(await store.audit.list({ size: 10 })).toEqual(
        await command.audit.list({ size: 10 }),
      );
    } finally {
      await command.close();
    }
  });

  test("readers and commands don't create a missing database", async () => {
    await using opened = await openStore();
    expect(await opened.engine.exists()).toBe(true);
    await using missing = await opened.anotherDatabase();
    const { engine } = missing;
    expect(await engine.exists()).toBe(false);
    const opening = [engine.openForReading(), engine.openForCommand()];
    for (const result of await Promise.allSettled(opening))
      expect(result).toMatchObject({ reason: expect.any(StoreUnusable) });
    expect(await engine.exists()).toBe(false);
    const command = await engine.openForCommand({ mayCreate: true });
    await command.close();
    expect(await engine.exists()).toBe(true);
  });

  test("whatever a command deletes or erases, the server's next callbacks are counted correctly", async () => {
    await using opened = await openStore();
    const { store, engine } = opened;
    const sids = Array.from({ length: 6 }, newMessageSid);
    const record = (MessageStatus: string) =>
      recordAll(store, sids, MessageStatus);
    await record("sent");
    const command = await engine.openForCommand();
    try {
      await command.upkeep.erase("14155550123");
      await record("failed");
      await expectCounted(store);
      expect(await command.upkeep.prune(MIDNIGHT)).toEqual({
        messages: 3,
        events: 6,
      });
      await record("delivered");
      await expectCounted(store);
      expect(await messagesIn(store)).toHaveLength(6);
    } finally {
      await command.close();
    }
  });
});

/** Records one event for each message, half of them the day before. */
async function recordAll(
  store: Stores,
  sids: readonly string[],
  MessageStatus: string,
): Promise<void> {
  for (const [index, MessageSid] of sids.entries())
    await store.recordEvent(
      eventOf(
        { MessageSid, MessageStatus, To: NUMBER },
        {
          receivedAt: MIDNIGHT + (index % 2 === 0 ? -DAY_MS / 2 : DAY_MS / 2),
          query: "phone=4155550123&campaign=spring",
        },
      ),
    );
}

async function expectCounted(store: Stores): Promise<void> {
  for (const by of [undefined, "country", "sender"] as const)
    await expectRecount(store, { range: ALL_TIME, by });
}
