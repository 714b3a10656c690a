import { BY_CALLBACK } from "../../src/store/event-sources.ts";
import { expect, test } from "bun:test";
import { storyOf } from "../../src/messages/timeline-story.ts";
import type { EventRow } from "../../src/store/store.ts";
import type { EventStatus } from "../../src/twilio/status.ts";

/** Returns events one second apart. */
function events(...statuses: readonly EventStatus[]): EventRow[] {
  return statuses.map((status, index) => ({
    ...BY_CALLBACK,
    id: index + 1,
    channel: "sms",
    messageSid: `SM${"0".repeat(32)}`,
    status,
    receivedAt: 1_000 * (index + 1),
    isSupplement: false,
    repeats: 0,
    lastRepeatAt: null,
    confirmations: [],
    query: "",
    to: null,
    from: null,
    errorCode: null,
    errorMessage: null,
    accountSid: null,
    messagingServiceSid: null,
    numSegments: null,
    rawDlrDoneDate: null,
    params: [],
  }));
}

function notes(...statuses: readonly EventStatus[]): (string | undefined)[] {
  return storyOf(events(...statuses)).events.map(({ note }) => note);
}

test("events in order need no remark", () => {
  expect(notes("sent", "delivered", "read")).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(notes("sent", "undelivered")).toEqual([undefined, undefined]);
});

test("an event that overtook or contradicts another gets a remark", () => {
  expect(notes("delivered", "sent")[1]).toStartWith("Came late");
  expect(notes("sent", "read", "delivered")[2]).toStartWith("Came late");
  expect(notes("undelivered", "delivered")[1]).toStartWith(
    "It was delivered after",
  );
  expect(notes("delivered", "undelivered")[1]).toStartWith(
    "Arrived after the delivery receipt",
  );
});

test("a supplement says what it adds", () => {
  const [first, second] = events("failed", "failed");
  const noteOf = (fields: Partial<EventRow>) => {
    if (!first || !second) throw new Error("There are two.");
    const story = storyOf([
      first,
      { ...second, isSupplement: true, ...fields },
    ]);
    return story.events[1]?.note;
  };
  expect(noteOf({ errorCode: 30008 })).toEndWith("with error code 30008.");
  expect(noteOf({ errorMessage: "Blocked" })).toEndWith("error message.");
  expect(noteOf({})).toEndWith("with other details.");
});

test("the delivery time is shown if both callbacks came in order", () => {
  expect(storyOf(events("sent", "delivered", "read")).deliveryMs).toBe(1_000);
  expect(storyOf(events("delivered", "sent")).deliveryMs).toBeUndefined();
  expect(storyOf(events("delivered")).deliveryMs).toBeUndefined();
  expect(storyOf(events("sent", "undelivered")).deliveryMs).toBeUndefined();
});

test("each event says how long after the previous one it came", () => {
  expect(
    storyOf(events("sent", "delivered")).events.map(({ gapMs }) => gapMs),
  ).toEqual([undefined, 1_000]);
});
