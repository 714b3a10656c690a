import { statusRank } from "../twilio/status.ts";

/**
 * The fields of an event that its message takes over, in whatever form an engine
 * stores addresses and SIDs.
 */
export type EventFields<Address, Sid> = {
  readonly channel: number;
  /** The status's rank; see `statusRank`. */
  readonly status: number;
  readonly receivedAt: number;
  readonly to: Address | null;
  readonly from: Address | null;
  readonly errorCode: number | null;
  readonly accountSid: Sid | null;
  readonly messagingServiceSid: Sid | null;
  readonly numSegments: number | null;
};

export type MessageFields<Address, Sid> = Omit<
  EventFields<Address, Sid>,
  "receivedAt"
> & {
  readonly firstEventAt: number;
  readonly lastEventAt: number;
  /** From its `sent` event to its `delivered` one, never below 0; null without both. */
  readonly deliveryMs: number | null;
};

const SENT = statusRank("sent");
const DELIVERED = statusRank("delivered");

/**
 * A message as its events tell it. Each field is taken from the highest status that
 * says something, so the order of arrival decides nothing; times are the first and
 * the last. An event's status occurs once, so no two events tie.
 */
export function foldEvents<Address, Sid>(
  events: readonly [EventFields<Address, Sid>, ...EventFields<Address, Sid>[]],
): MessageFields<Address, Sid> {
  const [highest = events[0], ...lower] = events.toSorted(
    (a, b) => b.status - a.status,
  );
  const { receivedAt, ...fields } = highest;
  const message = {
    ...fields,
    firstEventAt: receivedAt,
    lastEventAt: receivedAt,
    deliveryMs: deliveryMs(events),
  };
  for (const event of lower) {
    message.to ??= event.to;
    message.from ??= event.from;
    message.errorCode ??= event.errorCode;
    message.accountSid ??= event.accountSid;
    message.messagingServiceSid ??= event.messagingServiceSid;
    message.numSegments ??= event.numSegments;
    message.firstEventAt = Math.min(message.firstEventAt, event.receivedAt);
    message.lastEventAt = Math.max(message.lastEventAt, event.receivedAt);
  }
  return message;
}

function deliveryMs(
  events: readonly EventFields<unknown, unknown>[],
): number | null {
  const sent = events.find((event) => event.status === SENT);
  const delivered = events.find((event) => event.status === DELIVERED);
  if (sent === undefined || delivered === undefined) return null;
  return Math.max(0, delivered.receivedAt - sent.receivedAt);
}
