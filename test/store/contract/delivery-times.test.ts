import { expect, test } from "bun:test";
import { fc } from "../../support/fast-check.ts";
import type { Store } from "../../../src/store/store.ts";
import type { TimeRange } from "../../../src/time/time-range.ts";
import { newMessageSid } from "../../support/twilio-client.ts";
import { atOnce, inSteps } from "../arbitrary-steps.ts";
import { eventOf } from "../events.ts";
import { storeContract } from "../contract.ts";

const HOUR_MS = 3_600_000;

const arbitraryEvents = fc.array(
  fc.record({
    message: fc.nat({ max: 5 }),
    status: fc.constantFrom("sent", "delivered", "failed", "read"),
    at: fc.oneof(
      fc.nat({ max: 300 }),
      fc.nat({ max: 3 * HOUR_MS }),
      fc.nat({ max: 40 * HOUR_MS }),
    ),
  }),
  { maxLength: 25 },
);

storeContract((openStore, runs) => {
  test("delivery times equal a recount of the timelines, in any order of recording", async () => {
    await using opened = await openStore();
    const { store } = opened;
    let start = 400_000 * HOUR_MS;
    const hour = fc.integer({ min: -1, max: 42 });
    await fc.assert(
      fc.asyncProperty(
        arbitraryEvents,
        atOnce,
        hour,
        hour,
        async (events, size, from, to) => {
          start += 50 * HOUR_MS;
          const sids = Array.from({ length: 6 }, newMessageSid);
          await inSteps(events, size, ({ message, status, at }) =>
            store.recordEvent(
              eventOf(
                { MessageSid: sids[message] ?? "", MessageStatus: status },
                { channel: "whatsapp", receivedAt: start + at },
              ),
            ),
          );
          await expectRecount(store, sids, {
            from: start + from * HOUR_MS,
            to: start + to * HOUR_MS,
          });
        },
      ),
      { numRuns: runs(60) },
    );
  });

  test("a `delivered` that came before its `sent` took no time", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const MessageSid = newMessageSid();
    for (const [MessageStatus, receivedAt] of [
      ["delivered", HOUR_MS],
      ["sent", HOUR_MS + 90_000],
    ] as const)
      await store.recordEvent(
        eventOf({ MessageSid, MessageStatus }, { receivedAt }),
      );
    const times = await store.deliveryTimes({ from: 0, to: 2 * HOUR_MS });
    expect(times).toMatchObject([{ fromMs: 0, messages: 1 }]);
  });
});

async function expectRecount(
  store: Store,
  sids: readonly string[],
  range: TimeRange,
): Promise<void> {
  const expected: number[] = [];
  for (const sid of sids) {
    const message = await store.messageBySid(sid);
    if (message === undefined) continue;
    if (message.firstEventAt < range.from || message.firstEventAt >= range.to)
      continue;
    const events = await store.timeline(sid);
    const sent = events.find((event) => event.status === "sent");
    const delivered = events.find((event) => event.status === "delivered");
    if (sent && delivered)
      expected.push(Math.max(0, delivered.receivedAt - sent.receivedAt));
  }
  const times = await store.deliveryTimes(range);
  let below = 0;
  for (const { fromMs, toMs, messages } of times) {
    expect(fromMs).toBeGreaterThanOrEqual(below);
    // A quarter of an octave, except for the shortest.
    if (fromMs > 0) expect(toMs / fromMs).toBeLessThan(1.21);
    expect(messages).toBe(
      expected.filter((ms) => ms >= fromMs && ms < toMs).length,
    );
    below = toMs;
  }
  expect(times.reduce((sum, { messages }) => sum + messages, 0)).toBe(
    expected.length,
  );
}
