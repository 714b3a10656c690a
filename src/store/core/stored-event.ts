import { Mistake } from "../../log/failure.ts";
import { channelPlace, statusRank } from "../../twilio/status.ts";
import { sourcePlace } from "../event-sources.ts";
import { RECORDED_AT_ONCE_MAX, type NewEvent } from "../store.ts";
import { carrierOf, codesOf } from "./carrier.ts";
import { shapePost } from "./post-shape.ts";

/** Who reports an event, and what callbacks never say. */
export type Report = {
  /** A place in `EVENT_SOURCES`. */
  readonly source: number;
  readonly occurredAt: number | null;
  /** See `NewEvent`; left out where it has none, as in reports of older versions. */
  readonly sentAt?: number | undefined;
  /** See `carrierOf`. */
  readonly carrier: string | null;
};

/** What every callback's report is. */
const BY_CALLBACK: Report = { source: 0, occurredAt: null, carrier: null };

/** An event as it crosses to the writing thread and is stored. */
export type StoredEvent = Omit<
  NewEvent,
  | "channel"
  | "status"
  | "query"
  | "params"
  | "source"
  | "occurredAt"
  | "sentAt"
  | "mcc"
  | "mnc"
> & {
  readonly channel: number;
  readonly status: number;
  /** Null for an empty one. */
  readonly query: string | null;
  readonly shape: string;
  /** The values of the shape's gaps; null for none. */
  readonly values: readonly string[] | null;
  /** Left out for a callback, of which there are the most; see `reportOf`. */
  readonly report?: Report;
};

export function reportOf({ report }: StoredEvent): Report {
  return report ?? BY_CALLBACK;
}

/** Returns the events, unless there are more than can be recorded at once. */
export function requireFew(events: readonly NewEvent[]): readonly NewEvent[] {
  if (events.length > RECORDED_AT_ONCE_MAX)
    throw new Mistake(
      `At most ${RECORDED_AT_ONCE_MAX} events can be recorded at once.`,
    );
  return events;
}

/** Converts an event to its stored form, before it reaches the writer, which only writes. */
export function storedEvent(event: NewEvent): StoredEvent {
  const report = event.source === "callback" ? undefined : ownReport(event);
  const columns = report ? { ...event, ...codesOf(report.carrier) } : event;
  const { shape, values } = shapePost(event.params, columns);
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
    ...(report && { report }),
  };
}

function ownReport(event: NewEvent): Report {
  return {
    source: sourcePlace(event.source),
    occurredAt: event.occurredAt,
    ...(event.sentAt !== undefined && { sentAt: event.sentAt }),
    carrier: carrierOf(event),
  };
}
