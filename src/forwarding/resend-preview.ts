import { Pace } from "../exports/pace.ts";
import type { Endpoint } from "../store/endpoints.ts";
import { endpointTarget, type OutboxStore } from "../store/outbox.ts";
import type { EventWithMessage, Reading } from "../store/store.ts";
import type { BoundedCount } from "../store/tally.ts";
import type { ResendRequest } from "./resend-request.ts";
import { wantedBy } from "./wanted.ts";

export type PreviewStore = Pick<
  Reading,
  "feedStart" | "feedWithMessages" | "matcher"
> & { readonly outbox: Pick<OutboxStore, "states" | "eventIdsBetween"> };

/** How many events of a time range are read at most, and at a time. */
const READ_MAX = 5_000;
const STEP = 250;
/** However many previews are asked for, callbacks and pages get their turns between the steps. */
const PACE = new Pace();

/** Counts what a resend would send, up to a limit. */
export async function previewResend(
  store: PreviewStore,
  endpoint: Endpoint,
  request: ResendRequest,
  now: number,
): Promise<BoundedCount> {
  const target = endpointTarget(endpoint.id);
  switch (request.kind) {
    case "event":
      return { count: 1, isMore: false };
    case "failed": {
      const states = await store.outbox.states([target]);
      return { count: states.get(target)?.failed ?? 0, isMore: false };
    }
    case "range":
      return countRange(store, endpoint, request.range, now);
  }
}

async function countRange(
  store: PreviewStore,
  endpoint: Endpoint,
  range: { readonly from: number; readonly until: number },
  now: number,
): Promise<BoundedCount> {
  const { afterId, untilId } = await store.outbox.eventIdsBetween(range);
  const wants = await wantedBy(store, endpoint, now)();
  const isCounted = (each: EventWithMessage): boolean =>
    each.event.id <= untilId &&
    each.event.receivedAt >= range.from &&
    each.event.receivedAt < range.until &&
    wants(each);
  let position = (await store.feedStart()).afterEvent(afterId);
  let count = 0;
  for (let read = 0; position.order < untilId; read += STEP) {
    if (read >= READ_MAX) return { count, isMore: true };
    const from = position;
    const { events, next } = await PACE.step(() =>
      store.feedWithMessages(from, STEP),
    );
    count += events.filter(isCounted).length;
    if (next.isSame(position)) break;
    position = next;
  }
  return { count, isMore: false };
}
