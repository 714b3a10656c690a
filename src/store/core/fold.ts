import { statusRank } from "../../twilio/status.ts";
import { sourceBit } from "../event-sources.ts";
import { eventTime } from "../event-time.ts";

/**
 * The fields of a callback that its message takes over, in whatever form an engine
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
  /** A place in `EVENT_SOURCES`. */
  readonly source: number;
  readonly occurredAt: number | null;
  /** Of the Messages API, when the message was sent; see `NewEvent`. */
  readonly sentAt: number | null;
  /** See `carrierOf`. */
  readonly carrier: string | null;
};

/** What its message takes over of another source's report that only confirms an event. */
export type ConfirmingFields = Pick<
  EventFields<unknown, unknown>,
  "status" | "source" | "occurredAt" | "numSegments" | "carrier"
>;

export type MessageFields<Address, Sid> = Omit<
  EventFields<Address, Sid>,
  "receivedAt" | "source" | "occurredAt" | "sentAt"
> & {
  /** Bits of those who reported it; see `sourceBit`. */
  readonly sources: number;
  readonly firstEventAt: number;
  readonly lastEventAt: number;
  /** See `deliveryMs`. */
  readonly deliveryMs: number | null;
};

/** The texts of an engine's addresses and SIDs; used only where callbacks disagree. */
export type Texts<Address, Sid> = {
  readonly address: (address: Address) => string;
  readonly sid: (sid: Sid) => string;
};

/** Whether one value is preferred over another. */
type Wins<T> = (one: T, other: T) => boolean;

const SENT = statusRank("sent");
const DELIVERED = statusRank("delivered");

/**
 * A message as its recorded callbacks describe it. Each field comes from the highest
 * status that has a value for it. If callbacks of that status disagree, the values
 * decide, never the order of arrival: the first channel in `CHANNELS` (an RCS message
 * that falls back to SMS is an SMS), the lowest error code (30008, "unknown error",
 * gives way to a cause), the most segments, and the text that sorts first (a number
 * before a name). Times are the first and the last that events were received; but if the
 * first was read from the Messages API, the message counts from when Twilio sent it.
 */
export function foldEvents<Address, Sid>(
  events: readonly [EventFields<Address, Sid>, ...EventFields<Address, Sid>[]],
  texts: Texts<Address, Sid>,
  confirmations: readonly ConfirmingFields[] = [],
): MessageFields<Address, Sid> {
  const sorted = events.toSorted(byStatus);
  const reports =
    confirmations.length === 0
      ? sorted
      : [...events, ...confirmations].toSorted(byStatus);
  const [highest = events[0]] = sorted;
  const times = events.map((event) => event.receivedAt);
  const address = firstByText(texts.address);
  const sid = firstByText(texts.sid);
  return {
    channel: settled(sorted, "channel", isLower) ?? highest.channel,
    status: highest.status,
    to: settled<Address, "to">(sorted, "to", address),
    from: settled<Address, "from">(sorted, "from", address),
    errorCode: settled(sorted, "errorCode", isLower),
    accountSid: settled<Sid, "accountSid">(sorted, "accountSid", sid),
    messagingServiceSid: settled<Sid, "messagingServiceSid">(
      sorted,
      "messagingServiceSid",
      sid,
    ),
    numSegments: settled(reports, "numSegments", isHigher),
    carrier: settled(reports, "carrier", isFirst),
    sources: reports.reduce((bits, { source }) => bits | sourceBit(source), 0),
    firstEventAt: firstEventAt(events),
    lastEventAt: Math.max(...times),
    deliveryMs: deliveryMs(events, confirmations),
  };
}

type Received = Pick<EventFields<unknown, unknown>, "receivedAt" | "sentAt">;

/** Events received in the same moment can differ in this: the earliest counts. */
function firstEventAt(events: readonly [Received, ...Received[]]): number {
  const firstAt = Math.min(...events.map(({ receivedAt }) => receivedAt));
  return Math.min(
    ...events
      .filter(({ receivedAt }) => receivedAt === firstAt)
      .map(({ sentAt }) => Math.min(firstAt, sentAt ?? firstAt)),
  );
}

type Timed = Pick<
  EventFields<unknown, unknown>,
  "status" | "receivedAt" | "source" | "occurredAt"
>;

/**
 * From `sent` to `delivered`, never below 0; null without both. By Twilio's clock where it's
 * known of both: callbacks can be late, and in any order. Otherwise from when the first of
 * each was received: our clock and Twilio's may differ by more than a delivery takes.
 */
export function deliveryMs(
  events: readonly Timed[],
  confirmations: readonly Pick<
    ConfirmingFields,
    "status" | "source" | "occurredAt"
  >[] = [],
): number | null {
  let [sent, delivered] = [Infinity, Infinity];
  // Where only callbacks told, as usual, no time is looked for.
  let isTimed = confirmations.length > 0;
  for (const { status, receivedAt, occurredAt } of events) {
    if (status === SENT) sent = Math.min(sent, receivedAt);
    else if (status === DELIVERED) delivered = Math.min(delivered, receivedAt);
    if (occurredAt !== null) isTimed = true;
  }
  if (sent === Infinity || delivered === Infinity) return null;
  if (!isTimed) return Math.max(0, delivered - sent);
  const occurred = (status: number): number | null =>
    eventTime(
      [...events, ...confirmations].filter((each) => each.status === status),
    );
  const [sentAt, deliveredAt] = [occurred(SENT), occurred(DELIVERED)];
  return sentAt === null || deliveredAt === null
    ? Math.max(0, delivered - sent)
    : Math.max(0, deliveredAt - sentAt);
}

/** Returns the winner among the values of the highest status that has any; `events` are highest first. */
function settled<T, K extends string>(
  events: readonly ({ readonly status: number } & Readonly<
    Record<K, T | null>
  >)[],
  key: K,
  wins: Wins<T>,
): T | null {
  let found: T | null = null;
  let rank = 0;
  for (const event of events) {
    if (found !== null && event.status < rank) break;
    const value = event[key];
    if (value === null) continue;
    if (found !== null && (value === found || !wins(value, found))) continue;
    found = value;
    rank = event.status;
  }
  return found;
}

function byStatus(
  a: { readonly status: number },
  b: { readonly status: number },
): number {
  return b.status - a.status;
}

function isLower(one: number, other: number): boolean {
  return one < other;
}

function isHigher(one: number, other: number): boolean {
  return one > other;
}

function isFirst(one: string, other: string): boolean {
  return one < other;
}

function firstByText<T>(textOf: (value: T) => string): Wins<T> {
  return (one, other) => textOf(one) < textOf(other);
}
