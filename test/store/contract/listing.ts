import { expect, test } from "bun:test";
import fc from "fast-check";
import type {
  MessageFilter,
  MessagePage,
  MessageRow,
  Store,
} from "../../../src/store/store.ts";
import { EVENT_STATUSES } from "../../../src/twilio/status.ts";
import { eventOf, type OpenStore } from "../events.ts";

const RECIPIENTS = [
  "+14155550123",
  "+14155550199",
  "+1415555",
  "+442071838750",
  "4155",
  "40404",
  "0123",
  "123",
  "ACME",
  "rcs:brand_0123",
  "",
];
const ERROR_CODES = ["", "30003", "30005", "63016"];
/** Beginnings of SIDs that many messages share. */
const SID_STARTS = ["SM00", "SM0a", "SMab", "MM00", "MMff"];

/** What people type to find a message, and what they should not. */
const WORDS = [
  "+1 1 +14155550123 14155550123 4155550123 0123 00123 123 23 +0123 +123",
  "404 40404 0404 + +44 44 SM SM0 sm0A SM00 MM MM0 mmff SMg S SM0%",
  "ACME acme ACM rcs:brand_0123 rcs: 0123x % _ %0123 ____ whatsapp:+14155550123",
  `' " \\ ä😀 NULL -1 1e3 ${"9".repeat(60)}`,
].flatMap((line) => line.split(" "));

export function listingContract(openStore: OpenStore): void {
  test("every filter finds what it says, and its pages have no gaps and no repeats, both ways", async () => {
    await using opened = await openStore();
    const { store } = opened;
    await populate(store);
    const all = (await store.messagesAfter(0, 1_000)).toReversed();
    expect(all).toHaveLength(160);
    const sids = all
      .slice(0, 3)
      .flatMap(({ messageSid: sid }) => [
        sid,
        sid.slice(0, 20),
        sid.toUpperCase(),
      ]);
    const filters: fc.Arbitrary<MessageFilter> = fc.record(
      {
        status: fc.constantFrom(...EVENT_STATUSES),
        errorCode: fc.constantFrom(...ERROR_CODES.map(Number), 99_999),
        text: fc
          .array(fc.constantFrom(...WORDS, ...sids, ""), { maxLength: 2 })
          .map((words) => words.join("  ")),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(
        filters,
        fc.integer({ min: 1, max: 60 }),
        async (filter, size) => {
          const found = all.filter((message) => matches(message, filter));
          expect(await bothWays(store, filter, size)).toEqual({
            down: found,
            up: found,
          });
        },
      ),
      { numRuns: 300 },
    );
  });

  test.each([
    ["a whole SID", "SM00", (message: MessageRow) => message.messageSid],
    [
      "a whole SID in capitals",
      "SMab",
      (message: MessageRow) => `SM${message.messageSid.slice(2).toUpperCase()}`,
    ],
    [
      "a SID between blanks",
      "MMff",
      (message: MessageRow) => ` \t${message.messageSid}\n `,
    ],
  ])("%s finds one message", async (_, start, text) => {
    await using opened = await openStore();
    const { store } = opened;
    const events = ["0", "1", "f"].map((end) =>
      eventOf({ MessageSid: start.padEnd(33, "0") + end }),
    );
    for (const event of events) await store.recordEvent(event);
    const second = await store.messageBySid(events[1]?.messageSid ?? "");
    if (!second) throw new Error("The message was not recorded.");
    const page = await store.listMessages({ text: text(second) }, { size: 10 });
    expect(page).toMatchObject({
      messages: [second],
      older: undefined,
      newer: undefined,
    });
  });

  test("a SID's beginning finds the lowest and the highest that begin so, no others", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const inside = ["SMab".padEnd(34, "0"), "SMab".padEnd(34, "f")];
    const outside = ["SMaaf".padEnd(34, "f"), "SMac".padEnd(34, "0")];
    for (const MessageSid of [...inside, ...outside])
      await store.recordEvent(eventOf({ MessageSid }));
    const { messages } = await store.listMessages(
      { text: "SMab" },
      { size: 9 },
    );
    expect(messages.map((message) => message.messageSid)).toEqual(
      inside.toReversed(),
    );
  });

  test("messages are listed newest first, by when they were first heard of", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const events = [
      eventOf({ MessageStatus: "sent" }),
      eventOf({}),
      eventOf({}),
    ];
    for (const event of events) await store.recordEvent(event);
    const again = { ...eventOf({}), messageSid: events[0]?.messageSid ?? "" };
    await store.recordEvent(again);
    const { messages } = await store.listMessages({}, { size: 10 });
    expect(messages.map((message) => message.messageSid)).toEqual(
      events.map((event) => event.messageSid).toReversed(),
    );
  });

  test("a word that fits very many recipients finds them all, or says that it does not", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const count = 700;
    await Promise.all(
      Array.from({ length: count }, (_, index) =>
        store.recordEvent(eventOf({ To: `+1415555${1_000 + index}` })),
      ),
    );
    for (const text of ["+1415", "1415555", "SM"]) {
      const page = await store.listMessages({ text }, { size: count });
      const found = text === "SM" ? 0 : count;
      if (!page.isPartial) expect(page.messages).toHaveLength(found);
      else expect(page.messages.length).toBeLessThan(found);
    }
    const one = await store.listMessages({ text: "5551042" }, { size: 10 });
    expect(one).toMatchObject({ isPartial: false });
    expect(one.messages.map((message) => message.to)).toEqual(["+14155551042"]);
  });

  test("an empty store lists nothing and leads nowhere", async () => {
    await using opened = await openStore();
    const nothing = { messages: [], older: undefined, newer: undefined };
    const { store } = opened;
    expect(await store.listMessages({}, { size: 10 })).toMatchObject(nothing);
    expect(
      await store.listMessages({ text: "+1" }, { size: 10, olderThan: 5 }),
    ).toMatchObject(nothing);
    expect(
      await store.listMessages({ status: "read" }, { size: 10, newerThan: 0 }),
    ).toMatchObject(nothing);
  });
}

/** 160 messages of every mix, the same each time. */
async function populate(store: Store): Promise<void> {
  await Promise.all(
    Array.from({ length: 160 }, (_, index) => {
      const start = SID_STARTS[index % SID_STARTS.length] ?? "SM";
      return store.recordEvent(
        eventOf(
          {
            MessageSid:
              start +
              (index * 7_919).toString(16).padStart(30, index % 2 ? "0" : "c"),
            MessageStatus:
              EVENT_STATUSES[index % EVENT_STATUSES.length] ?? "sent",
            To: RECIPIENTS[index % RECIPIENTS.length] ?? "",
            ErrorCode: ERROR_CODES[index % ERROR_CODES.length] ?? "",
          },
          {
            channel: index % EVENT_STATUSES.length === 4 ? "whatsapp" : "sms",
            query: `n=${index}`,
          },
        ),
      );
    }),
  );
}

/** The rule of `MessageFilter`, naively. */
function matches(
  message: MessageRow,
  { status, errorCode, text }: MessageFilter,
): boolean {
  const words = text?.split(/\s+/).filter(Boolean) ?? [];
  return (
    (status === undefined || message.status === status) &&
    (errorCode === undefined || message.errorCode === errorCode) &&
    words.every((word) =>
      /^(?:SM|MM)[0-9a-f]{1,32}$/i.test(word)
        ? message.messageSid.toUpperCase().startsWith(word.toUpperCase())
        : isRecipient(message.to ?? "", word),
    )
  );
}

/** A recipient's whole name or number, a number's beginning, or four or more of its last digits. */
function isRecipient(to: string, word: string): boolean {
  if (to === word) return true;
  if (!/^\+?\d+$/.test(to) || !/^\+?\d+$/.test(word)) return false;
  const isEnd = /^\d{4,}$/.test(word) && to.endsWith(word);
  return isEnd || to.startsWith(word) || to.startsWith(`+${word}`);
}

/** All that is found, paging down from the newest, and up again from the last page. */
async function bothWays(store: Store, filter: MessageFilter, size: number) {
  const down: MessageRow[] = [];
  let page: MessagePage = await store.listMessages(filter, { size });
  expect(page.newer).toBeUndefined();
  expect(page.isPartial).toBe(false);
  down.push(...page.messages);
  while (page.older !== undefined) {
    expect(page.messages).toHaveLength(size);
    page = await store.listMessages(filter, { size, olderThan: page.older });
    expect(page.newer).toBe(page.messages[0]?.id);
    down.push(...page.messages);
  }
  const up = [...page.messages];
  while (page.newer !== undefined) {
    page = await store.listMessages(filter, { size, newerThan: page.newer });
    expect(page.older).toBe(page.messages.at(-1)?.id);
    up.unshift(...page.messages);
  }
  return { down, up };
}
