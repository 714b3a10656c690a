/** The channels that messages go over; a channel is stored as its place in this list. */
export const CHANNELS = ["sms", "whatsapp", "rcs", "messenger"] as const;

export type Channel = (typeof CHANNELS)[number];

/** The channels that have a webhook route. */
export const ROUTE_CHANNELS = [
  "sms",
  "whatsapp",
] as const satisfies readonly Channel[];

export type RouteChannel = (typeof ROUTE_CHANNELS)[number];

export function isChannel(word: string): word is Channel {
  return CHANNELS.some((channel) => channel === word);
}

export function channelPlace(channel: Channel): number {
  return CHANNELS.indexOf(channel);
}

/** The channel of a place read from the database; throws RangeError for a place never written. */
export function channelOfPlace(place: number): Channel {
  const channel = CHANNELS[place];
  if (!channel)
    throw new RangeError(
      "The database holds a channel that this version does not know.",
    );
  return channel;
}

/**
 * What a recorded event says happened, lowest first. A message's current status
 * is the highest among its events, whatever order they arrived in.
 */
export const EVENT_STATUSES = [
  "sent",
  "failed",
  "undelivered",
  "delivered",
  "read",
] as const;

export type EventStatus = (typeof EVENT_STATUSES)[number];

/** Statuses of messages that did not arrive. */
export const FAILED_STATUSES = [
  "failed",
  "undelivered",
] as const satisfies readonly EventStatus[];

export function isFailure(status: EventStatus): boolean {
  return FAILED_STATUSES.some((failed) => failed === status);
}

/** Place of a status in `EVENT_STATUSES`, from 1: what the database stores. */
export function statusRank(status: EventStatus): number {
  return EVENT_STATUSES.indexOf(status) + 1;
}

/** The status of a rank read from the database; throws RangeError for a rank never written. */
export function statusOfRank(rank: number): EventStatus {
  const status = EVENT_STATUSES[rank - 1];
  if (!status)
    throw new RangeError(
      "The database holds a status rank that this version does not know.",
    );
  return status;
}

export function isEventStatus(word: string): word is EventStatus {
  return EVENT_STATUSES.some((status) => status === word);
}

const SENT_OR_NOT: readonly EventStatus[] = [
  "sent",
  "delivered",
  "failed",
  "undelivered",
];
const WITH_READ: readonly EventStatus[] = [...SENT_OR_NOT, "read"];

/** Twilio's words by channel, each with the status that it is recorded as. */
const RECORDED: Record<Channel, ReadonlyMap<string, EventStatus>> = {
  sms: asThemselves(SENT_OR_NOT),
  whatsapp: asThemselves(WITH_READ).set("undelivered", "failed"),
  rcs: asThemselves(WITH_READ),
  messenger: asThemselves(WITH_READ),
};

function asThemselves(
  statuses: readonly EventStatus[],
): Map<string, EventStatus> {
  return new Map(statuses.map((status) => [status, status]));
}

/**
 * The status that a callback's `MessageStatus` is recorded as on `channel`;
 * undefined for the words that are skipped, among them every word not known yet.
 */
export function recordedStatus(
  channel: Channel,
  messageStatus: string,
): EventStatus | undefined {
  return RECORDED[channel].get(messageStatus);
}

/** The event's public name, e.g. `sms_delivered`. */
export function eventType(channel: Channel, status: EventStatus): string {
  return `${channel}_${status}`;
}
