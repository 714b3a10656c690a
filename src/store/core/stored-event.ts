import { channelPlace, statusRank } from "../../twilio/status.ts";
import type { NewEvent } from "../store.ts";
import { shapePost } from "./post-shape.ts";

/** An event as it crosses to the writing thread and is stored. */
export type StoredEvent = Omit<
  NewEvent,
  "channel" | "status" | "query" | "params"
> & {
  readonly channel: number;
  readonly status: number;
  /** Null for an empty one. */
  readonly query: string | null;
  readonly shape: string;
  /** The values of the shape's gaps; null for none. */
  readonly values: readonly string[] | null;
};

/** Converts an event to its stored form, before it reaches the writer, which only writes. */
export function storedEvent(event: NewEvent): StoredEvent {
  const { shape, values } = shapePost(event.params, event);
  return {
    messageSid: event.messageSid,
    channel: channelPlace(event.channel),
    status: statusRank(event.status),
    receivedAt: event.receivedAt,
    to: event.to,
    from: event.from,
    errorCode: event.errorCode,
    errorMessage: event.errorMessage,
    accountSid: event.accountSid,
    messagingServiceSid: event.messagingServiceSid,
    numSegments: event.numSegments,
    rawDlrDoneDate: event.rawDlrDoneDate,
    query: event.query === "" ? null : event.query,
    shape,
    values: values.length === 0 ? null : values,
  };
}
