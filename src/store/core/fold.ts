import { statusRank } from "../../twilio/status.ts";

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
};

export type MessageFields<Address, Sid> = Omit<
  EventFields<Address, Sid>,
  "receivedAt"
> & {
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
 * before a name). Times are the first and the last.
 */
export function foldEvents<Address, Sid>(
  events: readonly [EventFields<Address, Sid>, ...EventFields<Address, Sid>[]],
  texts: Texts<Address, Sid>,
): MessageFields<Address, Sid> {
  const sorted = events.toSorted((a, b) => b.status - a.status);
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
    numSegments: settled(sorted, "numSegments", isHigher),
    firstEventAt: Math.min(...times),
    lastEventAt: Math.max(...times),
    deliveryMs: deliveryMs(events),
  };
}

/**
 * From the first `sent` callback to the first `delivered` one, never below 0; null
 * without both.
 */
export function deliveryMs(
  events: readonly Pick<
    EventFields<unknown, unknown>,
    "status" | "receivedAt"
  >[],
): number | null {
  const first = (status: number): number =>
    events.reduce(
      (at, event) =>
        event.status === status ? Math.min(at, event.receivedAt) : at,
      Infinity,
    );
  const [sent, delivered] = [first(SENT), first(DELIVERED)];
  return sent === Infinity || delivered === Infinity
    ? null
    : Math.max(0, delivered - sent);
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

function isLower(one: number, other: number): boolean {
  return one < other;
}

function isHigher(one: number, other: number): boolean {
  return one > other;
}

function firstByText<T>(textOf: (value: T) => string): Wins<T> {
  return (one, other) => textOf(one) < textOf(other);
}
