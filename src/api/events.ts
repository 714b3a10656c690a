import { Type } from "@sinclair/typebox";
import { eventRecord } from "../messages/export-records.ts";
import type { EventRow } from "../store/store.ts";
import { cursorOf, idOfCursor } from "./cursors.ts";
import { EVENT_EXAMPLE } from "./examples.ts";
import { wrongParameters } from "./problems.ts";
import { apiRoute, type ApiStore } from "./route.ts";
import { Event } from "./schemas.ts";

const EVENTS_DEFAULT = 200;
const EVENTS_MAX = 1_000;
/** Events that are read at a time: a short step, so that callbacks need not wait for it. */
const STEP_EVENTS = 25;
/** Seconds that a request may wait for an event. */
export const WAIT_MAX_S = 30;

/** The cursor that leaves out all events until now. */
const FROM_NOW = "now";

/**
 * `GET /api/v1/events`. One writer records all events, a transaction after the other, so
 * that their ids rise in the order in which they can be seen: after an event that was
 * read none comes to light with a lower id.
 */
export const eventsRoute = apiRoute({
  path: "/api/v1/events",
  operationId: "listEvents",
  summary: "The feed of events, in the order of recording",
  description:
    "Every event once. Keep nextCursor with what you made of the events, and go on from there: also after a restart, " +
    "of this server or of yours, nothing is left out and nothing comes twice. It is always there; " +
    "when data is empty there is nothing new, so wait a little, or let the request wait.",
  query: Type.Object({
    cursor: Type.Optional(
      Type.String({
        maxLength: 100,
        description: `A nextCursor. Without it the feed begins with the first event; with ${FROM_NOW} after the latest.`,
      }),
    ),
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: EVENTS_MAX,
        default: EVENTS_DEFAULT,
      }),
    ),
    wait: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: WAIT_MAX_S,
        default: 0,
        description:
          "Seconds to wait for an event when there is none. It may be answered earlier without one.",
      }),
    ),
  }),
  answer: Type.Object({
    data: Type.Array(Event),
    nextCursor: Type.String({
      description: "Goes on after the last of these events.",
    }),
  }),
  example: { data: [EVENT_EXAMPLE], nextCursor: cursorOf("events", 4711) },
  async handle({ store, waitForEvent }, query) {
    const { cursor, limit = EVENTS_DEFAULT, wait = 0 } = query;
    const after =
      cursor === undefined
        ? 0
        : cursor === FROM_NOW
          ? await store.lastEventId()
          : idOfCursor("events", cursor);
    if (after === undefined) {
      const detail = `cursor is none of this address: give a nextCursor as it came, or ${FROM_NOW}.`;
      return wrongParameters([{ parameter: "cursor", detail }]);
    }
    let events = await eventsAfter(store, after, limit);
    if (events.length === 0 && wait > 0) {
      await waitForEvent(after, wait);
      events = await eventsAfter(store, after, limit);
    }
    return {
      data: events.map(eventRecord),
      nextCursor: cursorOf("events", events.at(-1)?.id ?? after),
    };
  },
});

/** In steps; events are only ever added behind what was read. */
async function eventsAfter(
  store: Pick<ApiStore, "eventsAfter">,
  afterId: number,
  limit: number,
): Promise<EventRow[]> {
  const events: EventRow[] = [];
  let step: readonly EventRow[];
  do {
    const size = Math.min(STEP_EVENTS, limit - events.length);
    step = await store.eventsAfter(events.at(-1)?.id ?? afterId, size);
    events.push(...step);
  } while (step.length === STEP_EVENTS && events.length < limit);
  return events;
}
