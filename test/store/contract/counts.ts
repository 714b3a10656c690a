import { expect, test } from "bun:test";
import fc from "fast-check";
import type { HourRange, MessageRow, Store } from "../../../src/store/store.ts";
import { EVENT_STATUSES } from "../../../src/twilio/status.ts";
import { newMessageSid } from "../../support/twilio-client.ts";
import { eventOf, type OpenStore } from "../events.ts";

const HOUR_MS = 3_600_000;
/** Hours that one run's events fall into. */
const HOURS = 5;

const arbitraryEvents = fc.array(
  fc.record({
    message: fc.nat({ max: 7 }),
    status: fc.constantFrom(...EVENT_STATUSES),
    // Borders of hours come up often.
    hour: fc.nat({ max: HOURS - 1 }),
    intoHourMs: fc.constantFrom(0, 1, 1_800_000, HOUR_MS - 1),
    To: fc.constantFrom("+14155550123", "+442071838750", "40404", ""),
    ErrorCode: fc.constantFrom("", "", "30003", "30005", "63016"),
  }),
  { maxLength: 40 },
);

export function countsContract(openStore: OpenStore): void {
  test("the counts equal a recount of the messages, whatever was recorded in whatever order", async () => {
    await using opened = await openStore();
    const { store } = opened;
    let firstHour = 400_000;
    await fc.assert(
      fc.asyncProperty(
        arbitraryEvents,
        fc.nat({ max: HOURS }),
        fc.nat({ max: HOURS }),
        async (events, from, length) => {
          // Each run has hours of its own, so that one store serves them all.
          firstHour += 100;
          const range = {
            fromHour: firstHour + from,
            toHour: firstHour + from + length,
          };
          const sids = Array.from({ length: 8 }, newMessageSid);
          await Promise.all(
            events.map(({ message, status, hour, intoHourMs, ...params }) =>
              store.recordEvent(
                eventOf(
                  {
                    MessageSid: sids[message] ?? "",
                    MessageStatus: status,
                    ...params,
                  },
                  {
                    channel: status === "read" ? "whatsapp" : "sms",
                    receivedAt: (firstHour + hour) * HOUR_MS + intoHourMs,
                  },
                ),
              ),
            ),
          );
          await expectRecount(store, range);
          await expectRecount(store, {
            fromHour: firstHour,
            toHour: firstHour + HOURS,
          });
        },
      ),
      { numRuns: 60 },
    );
    await expectRecount(store, { fromHour: 0, toHour: 1e9 });
  });

  test("a range has both its hours, and an hour its first and last millisecond", async () => {
    await using opened = await openStore();
    const { store } = opened;
    for (const receivedAt of [
      2 * HOUR_MS - 1,
      2 * HOUR_MS,
      4 * HOUR_MS - 1,
      4 * HOUR_MS,
    ])
      await store.recordEvent(
        eventOf({ MessageStatus: "sent" }, { receivedAt }),
      );
    const count = async (fromHour: number, toHour: number) =>
      (await store.countByStatus({ fromHour, toHour }))[0]?.messages ?? 0;
    expect(await count(2, 3)).toBe(2);
    expect(await count(1, 4)).toBe(4);
    expect(await count(2, 2)).toBe(1);
    expect(await count(3, 2)).toBe(0);
  });

  test("error codes come most frequent first; those of messages that arrived are counted, not as failed", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const MessageSid = newMessageSid();
    for (const [MessageStatus, ErrorCode] of [
      ["failed", "30003"],
      ["undelivered", "30005"],
      ["undelivered", "30005"],
    ] as const)
      await store.recordEvent(eventOf({ MessageStatus, ErrorCode }));
    await store.recordEvent(
      eventOf({ MessageSid, MessageStatus: "failed", ErrorCode: "30005" }),
    );
    await store.recordEvent(
      eventOf({ MessageSid, MessageStatus: "delivered" }),
    );
    expect(await store.countByErrorCode({ fromHour: 0, toHour: 1e9 })).toEqual([
      { errorCode: 30005, messages: 3, failed: 2 },
      { errorCode: 30003, messages: 1, failed: 1 },
    ]);
  });

  test("an empty store counts nothing", async () => {
    await using opened = await openStore();
    const range = { fromHour: 0, toHour: 1e9 };
    expect(await opened.store.countByStatus(range)).toEqual([]);
    expect(await opened.store.countByErrorCode(range)).toEqual([]);
  });
}

async function expectRecount(store: Store, range: HourRange): Promise<void> {
  const messages = (await store.messagesAfter(0, 10_000)).filter(
    ({ firstEventAt }) => {
      const hour = Math.floor(firstEventAt / HOUR_MS);
      return hour >= range.fromHour && hour <= range.toHour;
    },
  );
  const byStatus = await store.countByStatus(range);
  expect(new Map(byStatus.map((each) => [each.status, each.messages]))).toEqual(
    counted(messages, (message) => message.status),
  );
  const byErrorCode = await store.countByErrorCode(range);
  const frequencies = byErrorCode.map((each) => each.messages);
  expect(frequencies).toEqual(frequencies.toSorted((a, b) => b - a));
  const withCode = messages.filter((message) => message.errorCode !== null);
  expect(
    new Map(byErrorCode.map((each) => [each.errorCode, each.messages])),
  ).toEqual(counted(withCode, (message) => message.errorCode ?? 0));
  const failed = withCode.filter(
    ({ status }) => status === "failed" || status === "undelivered",
  );
  expect(
    new Map(
      byErrorCode
        .filter((each) => each.failed > 0)
        .map((each) => [each.errorCode, each.failed]),
    ),
  ).toEqual(counted(failed, (message) => message.errorCode ?? 0));
}

function counted<K>(
  messages: readonly MessageRow[],
  by: (message: MessageRow) => K,
): Map<K, number> {
  const groups = Map.groupBy(messages, by);
  return new Map([...groups].map(([key, group]) => [key, group.length]));
}
