import type { EventRow } from "../store/store.ts";
import { isFailure, statusRank, type EventStatus } from "../twilio/status.ts";
import { occurredAt } from "./occurred-at.ts";

/** An event among the others of its message, in the order received. */
export type StoryEvent = {
  readonly event: EventRow;
  /** The time since the previous one, in milliseconds; undefined for the first. */
  readonly gapMs: number | undefined;
  /** What is odd about its place, as a sentence. */
  readonly note: string | undefined;
};

export type Story = {
  readonly events: readonly StoryEvent[];
  /**
   * From `sent` to `delivered`: by Twilio's clock where it's known of both, otherwise by ours;
   * undefined if they weren't in this order.
   */
  readonly deliveryMs: number | undefined;
  /** Whether that is by Twilio's clock. */
  readonly isTwilioTime: boolean;
};

/** Returns the story that a message's events tell, in the order received. */
export function storyOf(events: readonly EventRow[]): Story {
  const ofStatus = (status: EventStatus): readonly EventRow[] =>
    events.filter((event) => event.status === status);
  const [sent, delivered] = [ofStatus("sent"), ofStatus("delivered")];
  const occurred = span(occurredAt(sent), occurredAt(delivered));
  const received = span(sent[0]?.receivedAt, delivered[0]?.receivedAt);
  const deliveryMs = occurred ?? received;
  return {
    deliveryMs:
      deliveryMs === undefined || deliveryMs < 0 ? undefined : deliveryMs,
    isTwilioTime: occurred !== undefined,
    events: events.map((event, index) => {
      const before = events[index - 1];
      return {
        event,
        gapMs: before && event.receivedAt - before.receivedAt,
        note: noteOn(event, events.slice(0, index)),
      };
    }),
  };
}

function span(
  from: number | null | undefined,
  to: number | null | undefined,
): number | undefined {
  return from == null || to == null ? undefined : to - from;
}

/** Returns what is odd about an event after others: callbacks can overtake each other. */
function noteOn(
  event: EventRow,
  before: readonly EventRow[],
): string | undefined {
  const { status, isSupplement } = event;
  if (isSupplement) return supplementNote(event, before);
  const earlier = before.map((each) => each.status);
  const highest = earlier.toSorted((a, b) => statusRank(b) - statusRank(a))[0];
  if (highest === undefined) return undefined;
  if (isFailure(highest) && isArrived(status))
    return "It was delivered after all; this counts.";
  if (isFailure(status) && isArrived(highest))
    return "Arrived after the delivery receipt; it still counts as delivered.";
  if (statusRank(status) > statusRank(highest)) return undefined;
  return "Came late: what follows it had been reported already.";
}

/** Returns what a callback adds to an existing event; the page shows the rest under “Everything posted”. */
function supplementNote(
  { status, errorCode, errorMessage }: EventRow,
  before: readonly EventRow[],
): string {
  const same = before.filter((each) => each.status === status);
  const isNewCode = same.every((each) => each.errorCode !== errorCode);
  const isNewText = same.every((each) => each.errorMessage !== errorMessage);
  if (errorCode !== null && isNewCode)
    return `Twilio reported this again, with error code ${errorCode}.`;
  if (errorMessage !== null && isNewText)
    return "Twilio reported this again, with another error message.";
  return "Twilio reported this again, with other details.";
}

function isArrived(status: EventStatus): boolean {
  return status === "delivered" || status === "read";
}
