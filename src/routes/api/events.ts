import { Type } from "@sinclair/typebox";
import { eventRecord } from "../../messages/export-records.ts";
import { FeedPosition, FeedPositionGone } from "../../store/feed-position.ts";
import { EVENT_EXAMPLE } from "../../api/examples.ts";
import { START_OVER, wrongParameters } from "./problems.ts";
import { operation, type ApiStore } from "./operation.ts";
import { Event } from "../../api/schemas.ts";

const EVENTS_DEFAULT = 200;
const EVENTS_MAX = 1_000;
/** How many seconds a request may wait for an event. */
export const WAIT_MAX_S = 30;

/** The cursor that skips every event so far. */
const FROM_NOW = "now";

/**
 * `GET /api/v1/events`. One writer records all events, one transaction at a time, so their
 * ids rise in the order in which they become visible: once an event has been read, no event
 * with a lower id appears.
 */
export const listEvents = operation({
  operationId: "listEvents",
  summary: "The feed of events, in the order of recording",
  description:
    "Every event once. Store nextCursor together with your results and continue from there: even after a restart of either " +
    "side, no event is skipped or repeated. nextCursor is always present. If data is empty, nothing is new: ask again later, " +
    "or let the request wait. After a backup is restored, earlier cursors are answered 410: start over without one.",
  query: Type.Object({
    cursor: Type.Optional(
      Type.String({
        maxLength: 100,
        description: `A nextCursor. Without it, the feed starts with the first event; with ${FROM_NOW}, after the latest.`,
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
          "Seconds to wait for an event if there is none. The answer may come earlier without one.",
      }),
    ),
  }),
  answer: Type.Object({
    data: Type.Array(Event),
    nextCursor: Type.String({
      description: "The position after the last of these events.",
    }),
  }),
  example: {
    data: [EVENT_EXAMPLE],
    nextCursor: new FeedPosition("0123456789abcdef", 4711).text,
  },
  async handle({ store, waitForEvent }, query) {
    const { cursor, limit = EVENTS_DEFAULT, wait = 0 } = query;
    const after = await positionOf(store, cursor);
    if (after === undefined) {
      const detail = `cursor isn't from this address: pass a nextCursor unchanged, or ${FROM_NOW}.`;
      return wrongParameters([{ parameter: "cursor", detail }]);
    }
    try {
      let page = await store.feedAfter(after, limit);
      if (page.events.length === 0 && wait > 0) {
        await waitForEvent(after, wait);
        page = await store.feedAfter(after, limit);
      }
      return {
        data: page.events.map(eventRecord),
        nextCursor: page.next.text,
      };
    } catch (error) {
      if (error instanceof FeedPositionGone) return START_OVER;
      throw error;
    }
  },
});

async function positionOf(
  store: ApiStore,
  cursor: string | undefined,
): Promise<FeedPosition | undefined> {
  if (cursor === undefined) return store.feedStart();
  return cursor === FROM_NOW ? store.feedEnd() : FeedPosition.read(cursor);
}
