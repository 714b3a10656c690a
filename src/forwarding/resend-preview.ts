import { Pace } from "../exports/pace.ts";
import type { Endpoint } from "../store/endpoints.ts";
import { endpointTarget, type OutboxStore } from "../store/outbox.ts";
import type { EventWithMessage, Reading } from "../store/store.ts";
import type { BoundedCount } from "../store/tally.ts";
import type { ResendRequest } from "./resend-request.ts";
import { isFilterReadable, wantedBy } from "./wanted.ts";

export type PreviewStore = Pick<
  Reading,
  "eventsWithMessages" | "feedStart" | "feedWithMessages" | "matcher"
> & { readonly outbox: Pick<OutboxStore, "states" | "eventIdsBetween"> };

/** How many events of a time range are read at most, and at a time. */
const READ_MAX = 5_000;
const STEP = 250;
/** However many previews are asked for, callbacks and pages get their turns between the steps. */
const PACE = new Pace();

/** How much a resend would send, and why that is nothing, as a sentence. */
export type ResendPreview = BoundedCount & {
  /** Undefined if it would send something. */
  readonly whyNothing: string | undefined;
};

/** Counts what a resend would send, up to a limit. */
export async function previewResend(
  store: PreviewStore,
  endpoint: Endpoint,
  request: ResendRequest,
  now: number,
): Promise<ResendPreview> {
  const refusal = await resendRefusal(store, endpoint, request, now);
  const counted =
    refusal === undefined
      ? await countOf(store, endpoint, request, now)
      : NOTHING;
  const isNothing = counted.count === 0 && !counted.isMore;
  const whyNothing =
    refusal ??
    (request.kind === "range"
      ? "No event of this time range matches the endpoint’s filter and events."
      : "No event was given up.");
  return { ...counted, whyNothing: isNothing ? whyNothing : undefined };
}

const NOTHING: BoundedCount = { count: 0, isMore: false };

async function countOf(
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

/**
 * Returns why a resend would send nothing, as a sentence, where that is known without counting.
 * Otherwise it would be done at once, or never.
 */
export async function resendRefusal(
  store: Pick<PreviewStore, "eventsWithMessages" | "matcher">,
  endpoint: Endpoint,
  request: ResendRequest,
  now: number,
): Promise<string | undefined> {
  if (!isFilterReadable(endpoint.filter))
    return "This version of smsledger can’t read the endpoint’s filter, so nothing is sent to it. Change the filter first.";
  if (request.kind !== "event") return undefined;
  const [matched] = await store.eventsWithMessages([request.eventId]);
  if (matched === undefined)
    return `The ledger has no event with the ID ${request.eventId}.`;
  const wants = await wantedBy(store, endpoint, now)();
  return wants(matched)
    ? undefined
    : "This event doesn’t match the endpoint’s filter and events, as they are now.";
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
