import { expect, test } from "bun:test";
import { fc } from "../../support/fast-check.ts";
import type { FormParams } from "../../../src/twilio/form.ts";
import { newMessageSid } from "../../support/twilio-client.ts";
import { arbitraryPost } from "../arbitrary-posts.ts";
import { eventOfForm } from "../events.ts";
import { storeContract } from "../contract.ts";

storeContract((openStore, runs) => {
  test("posted parameters are restored unchanged and in order", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const posts = fc.array(
      fc.record({
        params: arbitraryPost,
        place: fc.nat(),
        channel: fc.constantFrom("sms" as const, "whatsapp" as const),
      }),
      { minLength: 1, maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(posts, async (each) => {
        const events = each.map(({ params, place, channel }) =>
          eventOfForm(withRequired(params, place), { channel }),
        );
        await Promise.all(events.map((event) => store.recordEvent(event)));
        for (const event of events)
          expect(await store.timeline(event.messageSid)).toEqual([
            {
              ...event,
              id: expect.any(Number),
              isSupplement: false,
              repeats: 0,
              lastRepeatAt: null,
              confirmations: [],
            },
          ]);
      }),
      { numRuns: runs(100) },
    );
  });

  test("a query is restored unchanged", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const queries = [
      "a=1&a=1&&b",
      "%zz=%&x=%C3%A4+%20",
      "=",
      "a".repeat(4_000),
    ];
    for (const query of queries) {
      const event = eventOfForm(withRequired([], 0), { query });
      await store.recordEvent(event);
      expect(await store.timeline(event.messageSid)).toMatchObject([{ query }]);
    }
  });
});

/** Returns a post with its own message somewhere in it. */
function withRequired(params: FormParams, place: number): FormParams {
  const others = params.filter(
    ([name]) => !/^(?:Message|Sms)S(?:id|tatus)$/.test(name),
  );
  const at = place % (others.length + 1);
  return others.toSpliced(
    at,
    0,
    ["MessageSid", newMessageSid()],
    ["MessageStatus", "sent"],
  );
}
