import { expect, test } from "bun:test";
import { fc } from "../../support/fast-check.ts";
import type { Condition, MessageFilter } from "../../../src/store/filter.ts";
import type { Store } from "../../../src/store/store.ts";
import {
  arbitraryCountedFilter,
  arbitraryEvents,
} from "../arbitrary-filters.ts";
import { eventOf } from "../events.ts";
import { filtered } from "../filter-evaluator.ts";
import { messagesIn } from "../../support/rows.ts";
import { storeContract } from "../contract.ts";

storeContract((openStore, runs) => {
  test.each([
    ["a whole SID", (sid: string) => sid],
    [
      "a whole SID in capitals",
      (sid: string) => `SM${sid.slice(2).toUpperCase()}`,
    ],
  ])("%s finds one message", async (_, text) => {
    await using opened = await openStore();
    const { store } = opened;
    const sids = ["0", "1", "f"].map((end) => "SMab".padEnd(33, "0") + end);
    for (const MessageSid of sids)
      await store.recordEvent(eventOf({ MessageSid }));
    for (const field of ["sid", "word"] as const) {
      const page = await store.listMessages(
        [condition(field, text(sids[1] ?? ""))],
        { size: 10 },
      );
      expect(page.messages.map((message) => message.messageSid)).toEqual(
        sids.slice(1, 2),
      );
      expect(page).toMatchObject({ older: undefined, newer: undefined });
    }
  });

  test("a SID prefix finds the lowest and the highest with that prefix, and no others", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const inside = ["SMab".padEnd(34, "0"), "SMab".padEnd(34, "f")];
    const outside = ["SMaaf".padEnd(34, "f"), "SMac".padEnd(34, "0")];
    for (const MessageSid of [...inside, ...outside])
      await store.recordEvent(eventOf({ MessageSid }));
    const { messages } = await store.listMessages([condition("sid", "SMab")], {
      size: 9,
    });
    expect(messages.map((message) => message.messageSid)).toEqual(
      inside.toReversed(),
    );
  });

  test("messages are listed newest first, by when they were first seen", async () => {
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
    const { messages } = await store.listMessages([], { size: 10 });
    expect(messages.map((message) => message.messageSid)).toEqual(
      events.map((event) => event.messageSid).toReversed(),
    );
  });

  test("a value that matches very many addresses, tags or SIDs finds all of their messages", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const many = Array.from({ length: 1_200 }, (_, index) =>
      eventOf(
        {
          MessageSid: `SM00${String(index).padStart(30, "0")}`,
          To: `+1415555${1_000 + index}`,
          From: `+1628555${1_000 + index}`,
        },
        { query: `order=${index}` },
      ),
    );
    const other = eventOf(
      { MessageSid: "SM01".padEnd(34, "0"), To: "+442071838750", From: "ACME" },
      { query: "campaign=spring" },
    );
    await Promise.all(
      [...many.slice(600), other, ...many.slice(0, 600)].map((event) =>
        store.recordEvent(event),
      ),
    );
    const all = await sidsOf(store, []);
    expect(all).toHaveLength(1_201);
    const fitting: Condition[] = [
      condition("to", "+1415"),
      condition("to", "1415555"),
      condition("from", "+1628"),
      condition("word", "+1415"),
      condition("sid", "SM00"),
      { negated: false, field: "tag", name: "order", value: undefined },
    ];
    for (const each of fitting) {
      expect(await sidsOf(store, [each])).toEqual(
        all.filter((sid) => sid !== other.messageSid),
      );
      expect(await sidsOf(store, [{ ...each, negated: true }])).toEqual([
        other.messageSid,
      ]);
      expect(await sidsOf(store, [each, condition("word", "5552042")])).toEqual(
        [many[1_042]?.messageSid ?? ""],
      );
    }
  });

  test.each([
    ["few", 300],
    ["many", 1_500],
  ])(
    "%s messages of a hundred recipients are all found, forth and back",
    async (_, amount) => {
      await using opened = await openStore();
      const { store } = opened;
      const recipients = Array.from({ length: 100 }, (_, index) =>
        index % 2 === 0
          ? `+1415${500 + index}0123`
          : `+44207${900 + index}0123`,
      );
      const sids: string[] = [];
      for (let index = 0; index < amount; index++) {
        // Most have few, and the first has the rest.
        const To = recipients[index < 300 ? index % 100 : 0] ?? "";
        const events = [eventOf({ To }), eventOf({ To: "+14155550188" })];
        await Promise.all(events.map((event) => store.recordEvent(event)));
        sids.push(events[0]?.messageSid ?? "");
      }
      for (const field of ["to", "word"] as const) {
        const filter = [condition(field, "0123")];
        expect(await sidsOf(store, filter, 70)).toEqual(sids.toReversed());
        expect(await sidsBack(store, filter, 70)).toEqual(sids);
        expect(await store.countMessages(filter)).toEqual({
          count: Math.min(1_000, amount),
          isMore: amount > 1_000,
        });
      }
    },
  );

  test("a count has a limit, and says if it was reached", async () => {
    await using opened = await openStore();
    const { store } = opened;
    await Promise.all(
      Array.from({ length: 1_001 }, (_, index) =>
        store.recordEvent(
          eventOf({ MessageStatus: index === 500 ? "failed" : "delivered" }),
        ),
      ),
    );
    // By recipient, which no rollup counts.
    const all = [condition("to", "+1")];
    const delivered: MessageFilter = [
      ...all,
      { negated: false, field: "status", values: ["delivered"] },
    ];
    expect(await store.countMessages(all)).toEqual({
      count: 1_000,
      isMore: true,
    });
    expect(await store.countMessages(delivered)).toEqual({
      count: 1_000,
      isMore: false,
    });
    // A count from rollups has no limit.
    expect(await store.countMessages([])).toEqual({
      count: 1_001,
      isMore: false,
    });
    const { count } = await store.listAndCount(delivered.slice(1), 10);
    expect(count).toEqual({ count: 1_000, isMore: false });
    const [, second] = await messagesIn(store);
    expect(await store.countMessages([], second?.id)).toEqual({
      count: 999,
      isMore: false,
    });
  });

  test("a count from rollups equals a recount, for any statuses, codes, countries, senders and services between any minutes", async () => {
    await using opened = await openStore({ stretch: 1, fillMs: 0 });
    const { store } = opened;
    await fc.assert(
      fc.asyncProperty(
        arbitraryEvents,
        fc.array(arbitraryCountedFilter, { minLength: 30, maxLength: 30 }),
        async (events, filters) => {
          await Promise.all(events.map((event) => store.recordEvent(event)));
          const all = await messagesIn(store);
          for (const filter of filters) {
            const { length } = filtered(all, filter);
            const exact = { count: length, isMore: false };
            expect([filter, await store.countMessages(filter)]).toEqual([
              filter,
              exact,
            ]);
            const { count } = await store.listAndCount(filter, 5);
            expect([filter, count]).toEqual([filter, exact]);
          }
        },
      ),
      { numRuns: runs(8) },
    );
  });

  test("messages that are already shown aren't counted and don't use up the limit", async () => {
    await using opened = await openStore();
    const { store } = opened;
    await Promise.all(
      Array.from({ length: 1_003 }, () => store.recordEvent(eventOf({}))),
    );
    const rows = await messagesIn(store);
    const ids = rows.map((message) => message.id);
    expect(await store.countMessages([], 0, ids.slice(1_000))).toEqual({
      count: 1_000,
      isMore: false,
    });
    expect(await store.countMessages([], 0, ids.slice(1_001))).toEqual({
      count: 1_000,
      isMore: true,
    });
    const shown = ids.slice(995, 999);
    expect(await store.countMessages([], ids[989], [...shown, 9_999])).toEqual({
      count: 9,
      isMore: false,
    });
  });

  test("a page that hit its limit has a cursor and says how far back it got", async () => {
    await using opened = await openStore({ stretch: 1, fillMs: 0 });
    const { store } = opened;
    const hour = Date.UTC(2026, 10, 1);
    for (let index = 0; index < 60; index++)
      await store.recordEvent(
        eventOf(
          { To: index === 0 ? "+442071838750" : "+14155550123" },
          { receivedAt: hour + index },
        ),
      );
    const british: MessageFilter = [
      { negated: true, field: "country", values: ["US"] },
    ];
    const first = await store.listMessages(british, { size: 5 });
    expect(first.messages).toEqual([]);
    expect(first.lookedBackTo).toBeGreaterThan(hour);
    expect(await store.countMessages(british)).toMatchObject({ isMore: true });
    expect(await sidsOf(store, british)).toHaveLength(1);
  });

  test("digits and a country find only the recipients that match both", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const record = async (To: string, From = "+14155550199") => {
      const event = eventOf({ To, From });
      await store.recordEvent(event);
      return event.messageSid;
    };
    const american = await record("+14155550123");
    const british = await record("+442079460123", "+14155550123");
    await record("+14155550188");
    const inCountry = (...values: string[]): Condition => ({
      negated: false,
      field: "country",
      values,
    });
    const notBritish: Condition = {
      negated: true,
      field: "country",
      values: ["GB"],
    };
    for (const field of ["to", "word"] as const) {
      const digits = condition(field, "0123");
      const found = (...others: Condition[]) =>
        sidsOf(store, [digits, ...others]);
      expect(await found(inCountry("US"))).toEqual([american]);
      expect(await found(inCountry("GB", "FR"))).toEqual([british]);
      expect(await found(inCountry("US", "GB"))).toEqual([british, american]);
      expect(await found(inCountry("FR"))).toEqual([]);
      expect(await found(inCountry("US"), inCountry("GB"))).toEqual([]);
      expect(await found(notBritish)).toEqual([american]);
    }
    // The country is the recipient's, whatever the sender's number says.
    expect(
      await sidsOf(store, [condition("from", "0123"), inCountry("GB")]),
    ).toEqual([british]);
  });

  test("a message dated by a clock that was ahead is found by its time, and other searches don't have to go back to it", async () => {
    const hourMs = 3_600_000;
    const start = Date.UTC(2026, 10, 1);
    const late = start + 30 * hourMs;
    await using opened = await openStore({ stretch: 100, fillMs: 0 });
    const { store } = opened;
    const record = (receivedAt: number) =>
      store.recordEvent(eventOf({}, { receivedAt }));
    await record(start + 100 * hourMs);
    await Promise.all(
      Array.from({ length: 3_000 }, () => record(start + hourMs)),
    );
    for (let index = 0; index < 5; index++) await record(late + index);
    const [ahead, ...others] = await messagesIn(store);
    const since = (at: number): MessageFilter => [
      { negated: false, field: "after", at },
    ];
    const all = await sidsOf(store, since(late));
    expect(all).toEqual([
      ...others
        .slice(-5)
        .toReversed()
        .map((message) => message.messageSid),
      ahead?.messageSid ?? "",
    ]);
    expect(await store.countMessages(since(late))).toEqual({
      count: 6,
      isMore: false,
    });
    expect(await sidsOf(store, since(late + hourMs))).toEqual(all.slice(-1));
  });

  test("a message with two tags of one name is listed and counted once", async () => {
    // The shorter the period, the sooner an index is used.
    await using opened = await openStore({ stretch: 1, fillMs: 0 });
    const { store } = opened;
    const tagged = eventOf({}, { query: "campaign=a&campaign=b&campaign=c" });
    await store.recordEvent(tagged);
    for (let index = 0; index < 50; index++)
      await store.recordEvent(eventOf({}));
    const filter: MessageFilter = [
      { negated: false, field: "tag", name: "campaign", value: undefined },
    ];
    expect(await sidsOf(store, filter)).toEqual([tagged.messageSid]);
    expect(await store.countMessages(filter)).toMatchObject({ count: 1 });
  });

  test("an empty store lists nothing and has no cursors", async () => {
    await using opened = await openStore();
    const nothing = {
      messages: [],
      older: undefined,
      newer: undefined,
      lookedBackTo: undefined,
    };
    const { store } = opened;
    expect(await store.listMessages([], { size: 10 })).toEqual(nothing);
    expect(
      await store.listMessages([condition("word", "+1")], {
        size: 10,
        olderThan: 5,
      }),
    ).toEqual(nothing);
    expect(
      await store.listMessages(
        [{ negated: true, field: "status", values: ["read"] }],
        { size: 10, newerThan: 0 },
      ),
    ).toEqual(nothing);
    expect(await store.countMessages([])).toEqual({ count: 0, isMore: false });
  });
});

function condition(
  field: "to" | "from" | "sid" | "word",
  text: string,
): Condition {
  return field === "word"
    ? { negated: false, field, text }
    : { negated: false, field, values: [text] };
}

/** Resolves to the SIDs of all messages that a filter finds, newest first, page by page. */
async function sidsOf(
  store: Store,
  filter: MessageFilter,
  size = 400,
): Promise<string[]> {
  const sids: string[] = [];
  let olderThan = Number.MAX_SAFE_INTEGER;
  for (;;) {
    const page = await store.listMessages(filter, { size, olderThan });
    sids.push(...page.messages.map((message) => message.messageSid));
    if (page.older === undefined) return sids;
    olderThan = page.older;
  }
}

/** Resolves to the same from the oldest on, oldest first. */
async function sidsBack(
  store: Store,
  filter: MessageFilter,
  size: number,
): Promise<string[]> {
  const sids: string[] = [];
  let newerThan = 0;
  for (;;) {
    const page = await store.listMessages(filter, { size, newerThan });
    const found = page.messages.map((message) => message.messageSid);
    sids.push(...found.toReversed());
    if (page.newer === undefined) return sids;
    newerThan = page.newer;
  }
}
