import { Type } from "@sinclair/typebox";
import { eventRecord } from "../../messages/export-records.ts";
import { FeedPosition, FeedPositionGone } from "../../store/feed-position.ts";
import { EVENT_EXAMPLE } from "../../api/examples.ts";
import { START_OVER, wrongParameters } from "./problems.ts";
import { operation, type ApiStore } from "./operation.ts";
import { Event } from "../../api/schemas.ts";

const EVENTS_DEFAULT = 200;
const EVENTS_MAX = 1_000;
/** Seconds that a request may wait for an event. */
export const WAIT_MAX_S = 30;

/** The cursor that leaves out all events until now. */
const FROM_NOW = "now";

/**
 * `GET /api/v1/events`. One writer records all events, a transaction after the other, so
 * that their ids rise in the order in which they can be seen: after an event that was
 * read none comes to light with a lower id.
 */
export const listEvents = operation({
  operationId: "listEvents",
  summary: "The feed of events, in the order of recording",
  description:
    "Every event once. Keep nextCursor with what you made of the events, and go on from there: also after a restart, " +
    "of this server or of yours, nothing is left out and nothing comes twice. " +
    "After a backup is restored, cursors from before it are answered 410: start over without one. It is always there; " +
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
  example: {
    data: [EVENT_EXAMPLE],
    nextCursor: new FeedPosition("0123456789abcdef", 4711).text,
  },
  async handle({ store, waitForEvent }, query) {
    const { cursor, limit = EVENTS_DEFAULT, wait = 0 } = query;
    const after = await positionOf(store, cursor);
    if (after === undefined) {
      const detail = `cursor isn't from this address: pass a nextCursor as it came, or ${FROM_NOW}.`;
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
