import { expect, test } from "bun:test";
import { fc } from "../../support/fast-check.ts";
import { newMessageSid } from "../../support/twilio-client.ts";
import { eventOf } from "../events.ts";
import { eventsFrom } from "../positions.ts";
import { storeContract } from "../contract.ts";

storeContract((openStore, runs) => {
  test("an event's repeats are counted, and the latest is reported, in any order", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const times = fc.array(fc.nat({ max: 1_000_000 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(times, times, async (sent, delivered) => {
        const MessageSid = newMessageSid();
        const event = (MessageStatus: string, receivedAt: number) =>
          eventOf({ MessageSid, MessageStatus }, { receivedAt });
        for (const status of ["sent", "delivered"])
          await store.recordEvent(event(status, 500_000));
        await Promise.all([
          ...sent.map((at) => store.recordEvent(event("sent", at))),
          ...delivered.map((at) => store.recordEvent(event("delivered", at))),
        ]);
        const expected = [sent, delivered].map((repeats) => ({
          repeats: repeats.length,
          lastRepeatAt: repeats.length === 0 ? null : Math.max(...repeats),
        }));
        const timeline = await store.timeline(MessageSid);
        expect(timeline).toMatchObject(expected);
        const [first] = timeline;
        expect(await eventsFrom(store, first?.id)).toEqual([...timeline]);
      }),
      { numRuns: runs(40) },
    );
  });
});
