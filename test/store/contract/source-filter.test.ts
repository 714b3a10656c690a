import { expect, test } from "bun:test";
import {
  EVENT_SOURCES,
  type EventSource,
} from "../../../src/store/event-sources.ts";
import type { MessageFilter } from "../../../src/store/filter.ts";
import { fc } from "../../support/fast-check.ts";
import { messagesIn } from "../../support/rows.ts";
import { newMessageSid } from "../../support/twilio-client.ts";
import { arbitraryReport } from "../arbitrary-reports.ts";
import { storeContract } from "../contract.ts";
import { eventOf } from "../events.ts";

const START = Date.UTC(2026, 10, 23);

const ofSources = (
  values: readonly EventSource[],
  negated = false,
): MessageFilter => [{ field: "source", values, negated }];

storeContract((openStore, runs) => {
  test("the few that only the Messages API reported are found at once", async () => {
    // A search reads eight messages at a time, and then has no time left.
    await using opened = await openStore({ stretch: 1, fillMs: 0 });
    const { store } = opened;
    const events = Array.from({ length: 100 }, (_, index) => {
      const event = eventOf({}, { receivedAt: START + index });
      return index === 0 ? { ...event, source: "api" as const } : event;
    });
    await store.recordEvents(events);
    // Twilio lists all of them later.
    await store.recordEvents(
      events.slice(1).map((event) => ({ ...event, source: "api" as const })),
    );
    expect(await store.listAndCount(ofSources(["api"]), 5)).toMatchObject({
      page: { messages: [{ messageSid: events[0]?.messageSid }] },
      count: { count: 1, isMore: false },
    });
    const callbacks = await store.listMessages(ofSources(["callback"]), {
      size: 5,
    });
    expect(callbacks.messages).toHaveLength(5);
  });

  test("messages are found by who reported the status that they have", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.array(arbitraryReport(fc.constant("ACa")), {
            minLength: 1,
            maxLength: 6,
          }),
          { minLength: 10, maxLength: 30 },
        ),
        async (messages) => {
          await using opened = await openStore();
          const { store } = opened;
          for (const reports of messages) {
            const messageSid = newMessageSid();
            for (const report of reports)
              await store.recordEvent({ ...report, messageSid });
          }
          const told = new Map<string, readonly EventSource[]>();
          for (const { messageSid } of await messagesIn(store))
            told.set(
              messageSid,
              (await store.outcomeSources(messageSid, 0)).sources,
            );
          for (const values of [
            ...EVENT_SOURCES.map((source) => [source]),
            ["stream", "api"] as const,
          ]) {
            const fits = [...told].filter(([, sources]) =>
              values.some((value) =>
                value === "api"
                  ? sources.join() === "api"
                  : sources.includes(value),
              ),
            );
            const found = await messagesIn(store, ofSources(values));
            const sids = fits.map(([sid]) => sid).toSorted();
            expect(found.map((each) => each.messageSid).toSorted()).toEqual(
              sids,
            );
            expect(await store.countMessages(ofSources(values, true))).toEqual({
              count: told.size - fits.length,
              isMore: false,
            });
          }
        },
      ),
      { numRuns: runs(8) },
    );
  }, 60_000);
});
