import { expect, test } from "bun:test";
import { fc } from "../../support/fast-check.ts";
import type {
  MessageRow,
  NewEvent,
  RecordOutcome,
  Store,
} from "../../../src/store/store.ts";
import { CHANNELS, statusRank } from "../../../src/twilio/status.ts";
import { newMessageSid } from "../../support/twilio-client.ts";
import { arbitraryCallback } from "../arbitrary-callbacks.ts";
import { eventOf } from "../events.ts";
import { failingRecount } from "../failing-recount.ts";
import { expectRecount } from "../recount.ts";
import { eventsFrom } from "../positions.ts";
import { storeContract } from "../contract.ts";

type Outcome = Omit<MessageRow, "id" | "messageSid">;

const ARRIVAL = Date.UTC(2026, 10, 23, 12, 30);
const ALL_TIME = { from: 0, to: Date.UTC(3000, 0, 1) };

/** Callbacks of one message that repeat, add to and contradict each other. */
const arbitraryCallbacks: fc.Arbitrary<readonly NewEvent[]> = fc
  .constantFrom("ACa", "ACb")
  .chain((account) =>
    fc.array(arbitraryCallback(fc.constant(account)), {
      minLength: 1,
      maxLength: 7,
    }),
  );

storeContract((openStore, runs) => {
  test("in any order of its five statuses, a message ends up the same", async () => {
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
        mcc: null,
        mnc: null,
        sources: ["callback"],
        firstEventAt: 1,
        lastEventAt: 5,
        tags: [
          ["a", "1"],
          ["b", "2"],
        ],
      });
  });

  test("callbacks in any order, with repeats, additions and contradictions, make one message and lose nothing", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const orders = arbitraryCallbacks.chain((events) => {
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
        for (const [index, sequence] of sequences.entries()) {
          const sid = newMessageSid();
          const arrived = sequence.map((event, place) => ({
            ...event,
            messageSid: sid,
            receivedAt: ARRIVAL + place * 1_000,
          }));
          const outcomes = await recordAll(store, arrived, index % 2 === 0);
          expect(outcomes).toEqual(expectedOutcomes(arrived));
          const recorded = arrived.filter((_, at) => outcomes[at] !== "repeat");
          expect(await store.messageBySid(sid)).toMatchObject({
            ...expectedOutcome(events),
            firstEventAt: ARRIVAL,
            lastEventAt: recorded.at(-1)?.receivedAt ?? 0,
          });
          const timeline = await store.timeline(sid);
          expect(timeline).toMatchObject(
            recorded.map((event, at) => ({
              ...event,
              isSupplement: recorded
                .slice(0, at)
                .some(({ status }) => status === event.status),
            })),
          );
          const [first] = timeline;
          expect(
            (await eventsFrom(store, first?.id)).filter(
              ({ messageSid }) => messageSid === sid,
            ),
          ).toEqual([...timeline]);
          const known = new Set(timeline.flatMap(partsOf));
          for (const event of arrived)
            expect(partsOf(event).filter((part) => !known.has(part))).toEqual(
              [],
            );
        }
      }),
      { numRuns: runs(120) },
    );
    for (const by of [
      undefined,
      "errorCode",
      "country",
      "sender",
      "service",
      "channel",
    ] as const)
      await expectRecount(store, { range: ALL_TIME, by });
    await expectRecount(store, { range: ALL_TIME, errorCode: 30003 });
    expect(await store.failingRecipients({ size: 1_000 })).toEqual(
      await failingRecount(store),
    );
  });

  test.each(["delivered", "read"])(
    "an error code stays if the message is %s after all",
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

  test("a message's tags are those of all its events, sorted, without repeats", async () => {
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
});

/** Resolves to a new message's state after these events. */
async function outcomeOf(
  store: Store,
  events: readonly NewEvent[],
): Promise<Outcome | undefined> {
  const messageSid = newMessageSid();
  await recordAll(
    store,
    events.map((event) => ({ ...event, messageSid })),
  );
  const message = await store.messageBySid(messageSid);
  if (message === undefined) return undefined;
  const { id: _id, messageSid: _messageSid, ...outcome } = message;
  return outcome;
}

/** Records events in sequence, or all at once in this order. */
async function recordAll(
  store: Store,
  events: readonly NewEvent[],
  atOnce = false,
): Promise<RecordOutcome[]> {
  if (atOnce)
    return Promise.all(events.map((event) => store.recordEvent(event)));
  const outcomes: RecordOutcome[] = [];
  for (const event of events) outcomes.push(await store.recordEvent(event));
  return outcomes;
}

/** Returns everything that a callback says about its event. */
function partsOf({ status, channel, params, query }: NewEvent): string[] {
  const tags = [...new URLSearchParams(query)];
  return [
    [status, channel],
    ...params.map((pair) => [status, "posted", ...pair]),
    ...tags.map((pair) => [status, "tag", ...pair]),
  ].map((part) => JSON.stringify(part));
}

function expectedOutcomes(events: readonly NewEvent[]): RecordOutcome[] {
  const known = new Set<string>();
  const statuses = new Set<string>();
  return events.map((event) => {
    const parts = partsOf(event);
    const isNew = !statuses.has(event.status);
    const adds = parts.some((part) => !known.has(part));
    statuses.add(event.status);
    for (const part of parts) known.add(part);
    return isNew ? "new" : adds ? "supplement" : "repeat";
  });
}

/**
 * Implements the rule naively: each field has a value from the highest status with any; if
 * that status has several, a fixed one.
 */
function expectedOutcome(events: readonly NewEvent[]): Partial<Outcome> {
  const highestFirst = events.toSorted(
    (a, b) => statusRank(b.status) - statusRank(a.status),
  );
  const said = <T>(valueOf: (event: NewEvent) => T | null): T[] => {
    const rank = highestFirst.find((event) => valueOf(event) !== null)?.status;
    return events
      .filter(({ status }) => status === rank)
      .map(valueOf)
      .filter((value) => value !== null);
  };
  const text = (key: "to" | "from" | "accountSid" | "messagingServiceSid") =>
    said((event) => event[key]).toSorted()[0] ?? null;
  const numbers = (key: "errorCode" | "numSegments") =>
    said((event) => event[key]).toSorted((a, b) => a - b);
  const channels = said((event) => event.channel);
  return {
    status: highestFirst[0]?.status ?? "sent",
    channel: CHANNELS.find((channel) => channels.includes(channel)) ?? "sms",
    to: text("to"),
    from: text("from"),
    errorCode: numbers("errorCode")[0] ?? null,
    accountSid: text("accountSid"),
    messagingServiceSid: text("messagingServiceSid"),
    numSegments: numbers("numSegments").at(-1) ?? null,
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
