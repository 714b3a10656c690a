import { expect, test } from "bun:test";
import fc from "fast-check";
import type { MessageRow, NewEvent, Store } from "../../../src/store/store.ts";
import {
  statusRank,
  type Channel,
  type EventStatus,
} from "../../../src/twilio/status.ts";
import { newMessageSid } from "../../support/twilio-client.ts";
import { eventOf, type OpenStore } from "../events.ts";

type Outcome = Omit<MessageRow, "id" | "messageSid">;

/** Statuses with the channels that have them. */
const KINDS: readonly [EventStatus, ...Channel[]][] = [
  ["sent", "sms", "whatsapp"],
  ["failed", "sms", "whatsapp"],
  ["undelivered", "sms"],
  ["delivered", "sms", "whatsapp"],
  ["read", "whatsapp"],
];
const kind = fc.constantFrom(
  ...KINDS.flatMap(([status, ...channels]) =>
    channels.map((channel) => ({ status, channel })),
  ),
);

/** The events of one message, each of another status, that contradict one another. */
const contradictingEvents: fc.Arbitrary<readonly NewEvent[]> = fc
  .uniqueArray(
    fc.record({
      kind,
      receivedAt: fc.integer({ min: 1, max: 20_000_000 }),
      query: fc.constantFrom(
        "",
        "campaign=spring",
        "campaign=autumn&order=1",
        "order=1&a=%C3%A4",
      ),
      params: fc.record(
        {
          To: fc.constantFrom("+14155550123", "+442071838750", "40404", ""),
          From: fc.constantFrom("+15595551269", "ACME", ""),
          ErrorCode: fc.constantFrom("30003", "30005", "63016", "", "none"),
          NumSegments: fc.constantFrom("1", "2", ""),
          MessagingServiceSid: fc.constantFrom("MGa", "MGb", ""),
          AccountSid: fc.constantFrom("ACa", "ACb", ""),
        },
        { requiredKeys: [] },
      ),
    }),
    { minLength: 1, selector: (event) => event.kind.status },
  )
  .map((events) =>
    events.map(({ kind: { status, channel }, params, ...circumstances }) =>
      eventOf(
        { MessageStatus: status, ...params },
        { channel, ...circumstances },
      ),
    ),
  );

export function orderContract(openStore: OpenStore): void {
  test("in every order of a message's five statuses the outcome is the same", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const events = [
      eventOf(
        { MessageStatus: "sent", NumSegments: "3" },
        { query: "a=1", receivedAt: 5 },
      ),
      eventOf(
        { MessageStatus: "failed", ErrorCode: "30003", To: "+442071838750" },
        { receivedAt: 4 },
      ),
      eventOf(
        { MessageStatus: "undelivered", ErrorCode: "30005", From: "ACME" },
        { query: "b=2&a=1", receivedAt: 3 },
      ),
      eventOf(
        { MessageStatus: "delivered", To: "+14155550199" },
        { receivedAt: 2 },
      ),
      eventOf(
        { MessageStatus: "read", From: "" },
        { channel: "whatsapp", receivedAt: 1 },
      ),
    ];
    const outcomes = await Promise.all(
      permutations(events).map((order) => outcomeOf(store, order)),
    );
    expect(outcomes).toHaveLength(120);
    for (const outcome of outcomes)
      expect(outcome).toEqual({
        channel: "whatsapp",
        status: "read",
        to: "+14155550123",
        from: "+15595551269",
        recipientId: expect.any(Number),
        senderId: expect.any(Number),
        country: "US",
        errorCode: 30005,
        accountSid: events[0]?.accountSid ?? null,
        messagingServiceSid: null,
        numSegments: 3,
        firstEventAt: 1,
        lastEventAt: 5,
        tags: [
          ["a", "1"],
          ["b", "2"],
        ],
      });
  });

  test("events that contradict one another, in any order with repeats, have one outcome", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const orders = contradictingEvents.chain((events) => {
      const withRepeats = fc
        .array(fc.constantFrom(...events), { maxLength: 4 })
        .chain((repeats) => shuffled([...events, ...repeats]));
      return fc.tuple(
        fc.constant(events),
        fc.array(withRepeats, { minLength: 2, maxLength: 5 }),
      );
    });
    await fc.assert(
      fc.asyncProperty(orders, async ([events, sequences]) => {
        const outcomes = await Promise.all(
          sequences.map((sequence, index) =>
            outcomeOf(store, sequence, index % 2 === 0),
          ),
        );
        const [first, ...others] = outcomes;
        for (const other of others) expect(other).toEqual(first);
        expect(first).toMatchObject(expectedOutcome(events));
      }),
      { numRuns: 150 },
    );
  });

  test.each(["delivered", "read"])(
    "an error code stays when the message is %s after all",
    async (MessageStatus) => {
      await using opened = await openStore();
      const { store } = opened;
      const MessageSid = newMessageSid();
      await store.recordEvent(
        eventOf({ MessageSid, MessageStatus: "failed", ErrorCode: "30003" }),
      );
      await store.recordEvent(
        eventOf({ MessageSid, MessageStatus }, { channel: "whatsapp" }),
      );
      expect(await store.messageBySid(MessageSid)).toMatchObject({
        status: MessageStatus,
        errorCode: 30003,
      });
    },
  );

  test("the tags of all events are the message's, sorted, without repeats", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const MessageSid = newMessageSid();
    const queries = ["b=2&a=1&b=10", "a=1&=&a=&%F0%9F%98%80=%26", "b=2"];
    for (const [index, MessageStatus] of [
      "sent",
      "failed",
      "delivered",
    ].entries())
      await store.recordEvent(
        eventOf({ MessageSid, MessageStatus }, { query: queries[index] ?? "" }),
      );
    expect((await store.messageBySid(MessageSid))?.tags).toEqual([
      ["", ""],
      ["a", ""],
      ["a", "1"],
      ["b", "10"],
      ["b", "2"],
      ["😀", "&"],
    ]);
  });
}

/**
 * What a new message is after these events, recorded one after the other, or all at
 * once in this order.
 */
async function outcomeOf(
  store: Store,
  events: readonly NewEvent[],
  atOnce = false,
): Promise<Outcome | undefined> {
  const messageSid = newMessageSid();
  const own = events.map((event) => ({ ...event, messageSid }));
  if (atOnce) await Promise.all(own.map((event) => store.recordEvent(event)));
  else for (const event of own) await store.recordEvent(event);
  const message = await store.messageBySid(messageSid);
  if (message === undefined) return undefined;
  const { id: _id, messageSid: _messageSid, ...outcome } = message;
  return outcome;
}

/** The design's rule, naively: of each field the word of the highest status that says something. */
function expectedOutcome(events: readonly NewEvent[]): Partial<Outcome> {
  const highestFirst = events.toSorted(
    (a, b) => statusRank(b.status) - statusRank(a.status),
  );
  const said = <K extends keyof NewEvent>(key: K) =>
    highestFirst.map((event) => event[key]).find((value) => value !== null) ??
    null;
  const times = events.map((event) => event.receivedAt);
  return {
    status: highestFirst[0]?.status ?? "sent",
    channel: highestFirst[0]?.channel ?? "sms",
    to: said("to"),
    from: said("from"),
    errorCode: said("errorCode"),
    accountSid: said("accountSid"),
    messagingServiceSid: said("messagingServiceSid"),
    numSegments: said("numSegments"),
    firstEventAt: Math.min(...times),
    lastEventAt: Math.max(...times),
  };
}

function shuffled<T>(items: readonly T[]): fc.Arbitrary<T[]> {
  return fc.shuffledSubarray([...items], { minLength: items.length });
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, index) =>
    permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]),
  );
}
