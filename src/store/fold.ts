import {
  statusRank,
  type Channel,
  type EventStatus,
} from "../twilio/status.ts";

/** The fields of an event that its message takes over. */
export type EventFields<Address = string, Sid = string> = {
  readonly channel: Channel;
  readonly status: EventStatus;
  readonly receivedAt: number;
  readonly to: Address | null;
  readonly from: Address | null;
  readonly errorCode: number | null;
  readonly accountSid: Sid | null;
  readonly messagingServiceSid: Sid | null;
  readonly numSegments: number | null;
};

/**
 * A message as its events tell it. Each field is taken from the highest status that
 * says something, so the order of arrival decides nothing; times are the first and
 * the last. An event's status occurs once, so no two events tie.
 */
export function foldEvents<A, S>(
  events: readonly [EventFields<A, S>, ...EventFields<A, S>[]],
): Omit<EventFields<A, S>, "receivedAt"> & {
  readonly firstEventAt: number;
  readonly lastEventAt: number;
} {
  const ranked = events.toSorted(
    (a, b) => statusRank(b.status) - statusRank(a.status),
  );
  const [highest = events[0]] = ranked;
  const first = <K extends keyof EventFields<A, S>>(
    key: K,
  ): EventFields<A, S>[K] =>
    (ranked.find((event) => event[key] !== null) ?? highest)[key];
  const times = events.map((event) => event.receivedAt);
  return {
    channel: highest.channel,
    status: highest.status,
    to: first("to"),
    from: first("from"),
    errorCode: first("errorCode"),
    accountSid: first("accountSid"),
    messagingServiceSid: first("messagingServiceSid"),
    numSegments: first("numSegments"),
    firstEventAt: Math.min(...times),
    lastEventAt: Math.max(...times),
  };
}
