/** The two kinds of message whose callbacks are received, one route each. */
export type Channel = "sms" | "whatsapp";

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

const RECORDED: Record<Channel, ReadonlyMap<string, EventStatus>> = {
  sms: new Map([
    ["sent", "sent"],
    ["delivered", "delivered"],
    ["failed", "failed"],
    ["undelivered", "undelivered"],
  ]),
  whatsapp: new Map([
    ["sent", "sent"],
    ["delivered", "delivered"],
    ["read", "read"],
    ["failed", "failed"],
    ["undelivered", "failed"],
  ]),
};

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
