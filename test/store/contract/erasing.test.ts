import { expect, test } from "bun:test";
import { apiEvent } from "../../../src/sources/api-event.ts";
import { withoutErased } from "../../../src/sources/erased.ts";
import type { NewEvent, Store } from "../../../src/store/store.ts";
import { parseApiMessage } from "../../../src/twilio/api-message.ts";
import { readStreamEvents } from "../../../src/twilio/stream-events.ts";
import { eventsIn, messagesIn } from "../../support/rows.ts";
import { newMessageSid } from "../../support/twilio-client.ts";
import { eventOf } from "../events.ts";
import {
  DIGITS,
  NUMBER,
  recordNumberEverywhere,
  WHOLE,
} from "../number-everywhere.ts";
import { expectRecount } from "../recount.ts";
import { storeContract } from "../contract.ts";

const ACCOUNT = `AC${"1".repeat(32)}`;
const NOW = Date.UTC(2026, 10, 24);
const ALL_TIME = { from: 0, to: Date.UTC(3000, 0, 1) };

storeContract((openStore) => {
  test("a number is erased from addresses, texts, posts and tags; the messages and counts stay", async () => {
    await using opened = await openStore();
    const { store } = opened;
    await recordNumberEverywhere(store);
    expect(await everything(store)).toMatch(WHOLE);
    const counts = () =>
      Promise.all([
        store.tally({ range: ALL_TIME }),
        store.tally({ range: ALL_TIME, by: "errorCode" }),
        store.tally({ range: ALL_TIME, by: "country" }),
        store.countMessages([]),
      ]);
    const before = await counts();
    const found = await store.upkeep.findNumber(DIGITS);
    expect(await everything(store)).toMatch(WHOLE);

    const erased = await store.upkeep.erase(DIGITS);
    expect(erased).toEqual(found);
    expect(erased).toMatchObject({ messages: 5, events: 7, tags: 2 });
    const text = await everything(store);
    expect(text).not.toMatch(WHOLE);
    expect(text).not.toContain("415 555 0123");
    // Other recipients' data stays.
    expect(text).toContain("+12125550123");
    expect(text).toContain('"5550123"');
    expect(await store.suggest("tag", "", 100)).toEqual([
      `for=erased-${erased.addressIds[0]}`,
      "order=4711",
      `phone=erased-${erased.addressIds[0]}`,
    ]);
    expect(await counts()).toEqual(before);
    for (const by of [undefined, "sender", "country"] as const)
      await expectRecount(store, { range: ALL_TIME, by });
    expect(await store.upkeep.findNumber(DIGITS)).toMatchObject({
      messages: 0,
      events: 0,
      tags: 0,
      addressIds: [],
    });
  });

  test("an erased recipient's messages can still be found together, and a later callback starts a new recipient", async () => {
    await using opened = await openStore();
    const { store } = opened;
    await recordNumberEverywhere(store);
    const { addressIds } = await store.upkeep.erase(DIGITS);
    const name = `erased-${addressIds[0]}`;
    const to = async (value: string) =>
      (
        await store.listMessages(
          [{ field: "to", negated: false, values: [value] }],
          { size: 10 },
        )
      ).messages.map((message) => message.to);
    expect(await to(name)).toEqual([name, name]);
    expect(await to(`~${addressIds[0]}`)).toEqual([name, name]);
    expect(await to("0123")).toEqual(["+12125550123"]);
    await store.recordEvent(eventOf({ To: NUMBER }));
    expect(await to(NUMBER)).toEqual([NUMBER]);
    expect(await to(name)).toHaveLength(2);
  });

  test("while callbacks arrive, everything recorded before the end is erased, and nothing is lost", async () => {
    await using opened = await openStore();
    const { store } = opened;
    await recordNumberEverywhere(store);
    let isErased = false;
    const sids = new Set<string>();
    const record = async (): Promise<void> => {
      for (let index = 0; !isErased; index++) {
        const MessageSid = newMessageSid();
        const To = index % 5 === 0 ? NUMBER : `+1415555${1_000 + (index % 50)}`;
        const query = index % 3 === 0 ? `phone=${DIGITS}` : "";
        for (const MessageStatus of ["sent", "delivered"])
          await store.recordEvent(
            eventOf({ MessageSid, MessageStatus, To }, { query }),
          );
        sids.add(MessageSid);
      }
    };
    const recording = [record(), record(), record()];
    let before = 0;
    while (before < 100) before = (await eventsIn(store)).length;
    const { events } = await store.upkeep.erase(DIGITS);
    isErased = true;
    await Promise.all(recording);
    expect(events).toBeGreaterThan(before / 10);
    const all = await eventsIn(store);
    expect(JSON.stringify(all.slice(0, before))).not.toMatch(WHOLE);
    const seen = new Set(all.map(({ messageSid }) => messageSid));
    expect([...sids].filter((sid) => !seen.has(sid))).toEqual([]);
    await expectRecount(store, { range: ALL_TIME, by: "sender" });
    // A callback that arrived later, under a new ID, is erased by the next one.
    await store.upkeep.erase(DIGITS);
    expect(await everything(store)).not.toMatch(WHOLE);
  });

  test("the next erasure finishes an interrupted one", async () => {
    await using opened = await openStore();
    const { store } = opened;
    await recordNumberEverywhere(store);
    for (let index = 0; index < 300; index++)
      await store.recordEvent(eventOf({ To: NUMBER, Note: "415-555-0123" }));
    const stop = new AbortController();
    await store.upkeep.erase(DIGITS, {
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    expect(await everything(store)).toMatch(WHOLE);
    await store.upkeep.erase(DIGITS);
    const text = await everything(store);
    expect(text).not.toMatch(WHOLE);
    expect(text).not.toContain("415-555-0123");
  });

  test("what Event Streams and the Messages API brought in is erased too; carriers and prices stay", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const streamed = streamEvent(newMessageSid());
    const only = apiEventOf({ sid: newMessageSid(), status: "failed" });
    const sender = apiEventOf({
      sid: newMessageSid(),
      status: "delivered",
      to: "+442071838750",
      from: NUMBER,
    });
    // The same event from the API adds its words, and one from a callback only confirms.
    const also = apiEventOf({
      sid: streamed.messageSid,
      status: "undelivered",
      error_message: `${DIGITS} again`,
    });
    const { messageSid: MessageSid } = streamed;
    const callback = eventOf({
      MessageSid,
      MessageStatus: "undelivered",
      To: NUMBER,
      AccountSid: ACCOUNT,
      ErrorCode: "30003",
    });
    await store.recordEvents([streamed, only, sender, also, callback]);
    await store.settled();
    const price = { amount: "-0.00790", currency: "USD" };
    const { messageSid } = only;
    const reading = { messageSid, day: 20_000, segments: 1, hasFee: false };
    await store.prices.save([{ ...reading, price }]);
    expect(await everything(store)).toMatch(WHOLE);
    expect(await everything(store)).not.toContain("zq7body");
    expect(await store.upkeep.erase(DIGITS)).toMatchObject({ messages: 3 });
    expect(await everything(store)).not.toMatch(WHOLE);
    expect(await store.messageBySid(MessageSid)).toMatchObject({
      status: "undelivered",
      errorCode: 30003,
      mcc: "310",
      mnc: "260",
      numSegments: 2,
    });
    const { id = 0 } = (await store.messageBySid(only.messageSid)) ?? {};
    expect(await store.prices.of(id)).toEqual(price);
    await expectRecount(store, { range: ALL_TIME, by: "sender" });
    // Twilio still has it; reading it again doesn't bring it back.
    const again = await withoutErased(store, [only, sender, also]);
    await store.recordEvents(again);
    expect(await everything(store)).not.toMatch(WHOLE);
    const delivered = { ...only, status: "delivered" as const };
    await store.recordEvents(await withoutErased(store, [delivered]));
    expect(await store.messageBySid(only.messageSid)).toMatchObject({
      status: "delivered",
      to: expect.stringMatching(/^erased-/),
    });
  });

  test("progress rises to the number of events", async () => {
    await using opened = await openStore();
    const { store } = opened;
    for (let index = 0; index < 200; index++)
      await store.recordEvent(eventOf({ To: NUMBER, Note: "415-555-0123" }));
    for (const work of ["findNumber", "erase"] as const) {
      const steps: [done: number, total: number | undefined][] = [];
      const onProgress = (done: number, total?: number) =>
        void steps.push([done, total]);
      await store.upkeep[work](DIGITS, { onProgress });
      expect(steps.at(-1)).toEqual([200, 200]);
      const done = steps.map(([each]) => each);
      expect(done).toEqual(done.toSorted((a, b) => a - b));
    }
  });
});

/** An event as a sink of Event Streams posts it, with the number wherever there is text. */
function streamEvent(messageSid: string): NewEvent {
  const data = {
    messageSid,
    accountSid: ACCOUNT,
    to: NUMBER,
    from: "+15595551269",
    messageStatus: "UNDELIVERED",
    errorCode: 30003,
    errorMessage: `No way to ${NUMBER}`,
    tags: { phone: NUMBER, order: "4711" },
    mcc: "310",
    mnc: "260",
    numberOfSegments: 2,
    body: `zq7body for ${NUMBER}`,
    other: { reached: "001-415-555-0123" },
  };
  const type = "com.twilio.messaging.message.undelivered";
  const read = readStreamEvents([
    { specversion: "1.0", id: "EZ1", type, data },
  ]);
  if ("fault" in read || read.events[0] === undefined)
    throw new TypeError("Not an event of Event Streams.");
  return { ...read.events[0], source: "stream", receivedAt: NOW };
}

/** An event as it's read from the Messages API, by default to the number. */
function apiEventOf(fields: Readonly<Record<string, string>>): NewEvent {
  const message = parseApiMessage({
    account_sid: ACCOUNT,
    direction: "outbound-api",
    to: NUMBER,
    from: "+15595551269",
    error_code: fields["status"] === "delivered" ? null : 30003,
    error_message: `${NUMBER} is unreachable`,
    num_segments: "1",
    date_created: "Mon, 23 Nov 2026 12:00:00 +0000",
    date_sent: "Mon, 23 Nov 2026 12:00:01 +0000",
    body: `zq7body for ${NUMBER}`,
    ...fields,
  });
  const event =
    typeof message === "string" ? undefined : apiEvent(message, NOW);
  if (event === undefined) throw new TypeError("Not a message of the API.");
  return event;
}

/** Resolves to everything that can be read, as one text. */
async function everything(from: Store): Promise<string> {
  return JSON.stringify([
    await messagesIn(from),
    await eventsIn(from),
    await from.suggest("tag", "", 100),
    await from.tally({ range: ALL_TIME, by: "sender" }),
    await from.failingRecipients({ size: 10 }),
  ]);
}
