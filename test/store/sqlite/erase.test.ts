import { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openStore } from "../../support/open-store.ts";
import { openCommandStores } from "../../../src/store/sqlite/beside.ts";
import type { Store } from "../../../src/store/store.ts";
import type { Stores } from "../../../src/store/stores.ts";
import { tempDir } from "../../support/temp-dir.ts";
import { newMessageSid } from "../../support/twilio-client.ts";
import { eventOf } from "../events.ts";
import { expectRecount } from "../recount.ts";
import { strayRows } from "./stray-rows.ts";
import { eventsIn, messagesIn } from "../../support/rows.ts";

const NUMBER = "+14155550123";
const DIGITS = "14155550123";
const OTHER = "+442071838750";
const ALL_TIME = { from: 0, to: Date.UTC(3000, 0, 1) };

let folder: ReturnType<typeof tempDir>;
let file: string;
let store: Stores;
beforeEach(async () => {
  folder = tempDir();
  file = join(folder.path, "smsledger.db");
  store = await open();
});
afterEach(async () => {
  await store.close();
  folder[Symbol.dispose]();
});

const open = (): Promise<Stores> => openStore(file);

/** Messages in which the number stands in every place where it can. */
async function recordAll(): Promise<void> {
  const sid = newMessageSid();
  const events = [
    eventOf(
      {
        MessageSid: sid,
        MessageStatus: "sent",
        To: NUMBER,
        Note: "0415 555 0123",
      },
      { query: "order=4711&phone=%2B14155550123" },
    ),
    eventOf(
      {
        MessageSid: sid,
        MessageStatus: "failed",
        To: NUMBER,
        ErrorCode: "30003",
        ErrorMessage: `${NUMBER} is unreachable`,
      },
      { query: "order=4711&phone=%2B14155550123" },
    ),
    eventOf({
      MessageSid: sid,
      MessageStatus: "failed",
      To: NUMBER,
      ErrorMessage: `${DIGITS} was blocked`,
    }),
    eventOf(
      {
        To: `whatsapp:${NUMBER}`,
        MessageStatus: "read",
        ChannelMetadata: `{"data":{"context":{"WaId":"${DIGITS}"}}}`,
      },
      { channel: "whatsapp" },
    ),
    eventOf({ From: NUMBER, To: OTHER }),
    eventOf({ To: "+1 (415) 555-0123" }),
    eventOf(
      { To: OTHER, Note: `for ${DIGITS}` },
      { query: "for=001-415-555-0123" },
    ),
    eventOf({ To: "+12125550123", Note: "5550123" }, { query: "order=4711" }),
  ];
  await Promise.all(events.map((event) => store.recordEvent(event)));
}

/** Everything that can be read, as one text. */
async function everything(from: Store): Promise<string> {
  return JSON.stringify([
    await messagesIn(from),
    await eventsIn(from),
    await from.suggest("tag", "", 100),
    await from.tally({ range: ALL_TIME, by: "sender" }),
    await from.failingRecipients({ size: 10 }),
  ]);
}

const WHOLE = /1\D{0,3}415\D{0,3}555\D{0,3}0123/;

test("a number is erased from addresses, texts, posts and tags, and the messages and counts stay", async () => {
  await recordAll();
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
  // What belongs to others stays.
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
  using db = new Database(file, { readonly: true });
  expect(strayRows(db)).toEqual([]);
  expect(await store.upkeep.findNumber(DIGITS)).toMatchObject({
    messages: 0,
    events: 0,
    tags: 0,
    addressIds: [],
  });
});

test("no byte of it is left in the database's file", async () => {
  await recordAll();
  await store.close();
  const bytes = () => readFileSync(file).toString("latin1");
  expect(bytes()).toContain("4155550123");
  const stores = openCommandStores(file);
  await stores.upkeep.erase(DIGITS);
  await stores.close();
  expect(bytes()).not.toContain("4155550123");
  expect(bytes()).not.toContain("415 555 0123");
  expect(bytes()).not.toContain("415-555-0123");
  store = await open();
});

test("an erased recipient's messages are still found together, and a later callback starts a new one", async () => {
  await recordAll();
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

test("beside callbacks of that number and others, what came before the end is erased, and nothing is lost", async () => {
  await recordAll();
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
  await Bun.sleep(300);
  const before = (await eventsIn(store)).length;
  const { events } = await store.upkeep.erase(DIGITS);
  isErased = true;
  await Promise.all(recording);
  expect(events).toBeGreaterThan(before / 10);
  const all = await eventsIn(store);
  expect(JSON.stringify(all.slice(0, before))).not.toMatch(WHOLE);
  const seen = new Set(all.map(({ messageSid }) => messageSid));
  expect([...sids].filter((sid) => !seen.has(sid))).toEqual([]);
  await expectRecount(store, { range: ALL_TIME, by: "sender" });
  // What came after it, under a new id, is erased by the next one.
  await store.upkeep.erase(DIGITS);
  expect(await everything(store)).not.toMatch(WHOLE);
  using db = new Database(file, { readonly: true });
  expect(strayRows(db)).toEqual([]);
}, 20_000);

test("one that is interrupted is done by the next", async () => {
  await recordAll();
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
