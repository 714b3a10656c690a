import { SUPPRESSION_EVENT_TYPES } from "../numbers/suppression-records.ts";
import {
  CHANNELS,
  EVENT_STATUSES,
  eventType,
  recordedStatus,
  type Channel,
} from "../twilio/status.ts";

/** The event types of a channel, in the order in which they happen. */
export function channelEvents(channel: Channel): readonly string[] {
  return EVENT_STATUSES.filter(
    (status) => recordedStatus(channel, status) === status,
  ).map((status) => eventType(channel, status));
}

/** Every type of event that an endpoint can choose. */
export const EVENT_TYPES: readonly string[] = [
  ...CHANNELS.flatMap(channelEvents),
  ...SUPPRESSION_EVENT_TYPES,
];

export function isEventType(text: string): boolean {
  return EVENT_TYPES.includes(text);
}
