import { BY_CALLBACK } from "../../../src/store/event-sources.ts";
import { callbackParams } from "../../../src/simulation/callback-params.ts";
import {
  storedEvent,
  type StoredEvent,
} from "../../../src/store/core/stored-event.ts";
import { parseCallback } from "../../../src/twilio/callback.ts";
import {
  recordedStatus,
  type Channel,
  type EventStatus,
} from "../../../src/twilio/status.ts";

export type MadeMessage = {
  readonly messageSid: string;
  readonly accountSid: string;
  readonly messagingServiceSid: string | undefined;
  readonly channel: Channel;
  readonly to: string;
  readonly from: string;
  /** The callback URL's query, or null. */
  readonly query: string | null;
};

/**
 * Makes events in the form in which they are stored. The first of each kind is processed
 * like a callback, from what Twilio posts; similar ones reuse the result with their own
 * values, which takes a tenth of the time.
 */
export function eventMaker() {
  const samples = new Map<string, StoredEvent>();
  const minutes = new Map<number, string>();

  /** Returns a time in the format of `RawDlrDoneDate`, `YYMMDDhhmm`. */
  const carrierTime = (at: number): string => {
    const minute = Math.floor(at / 60_000);
    let text = minutes.get(minute);
    if (text === undefined) {
      text = new Date(at).toISOString().replace(/\D/g, "").slice(2, 12);
      if (minutes.size > 1_000) minutes.clear();
      minutes.set(minute, text);
    }
    return text;
  };
  return (
    message: MadeMessage,
    status: EventStatus,
    errorCode: number | undefined,
    at: number,
  ): StoredEvent => {
    const kind = `${message.channel} ${status} ${errorCode} ${message.messagingServiceSid}`;
    let sample = samples.get(kind);
    if (sample === undefined) {
      sample = eventOf(message, status, errorCode, at);
      samples.set(kind, sample);
    }
    const { messageSid, to, from, accountSid, query } = message;
    return {
      ...sample,
      messageSid,
      receivedAt: at,
      to,
      from,
      accountSid,
      rawDlrDoneDate: sample.rawDlrDoneDate && carrierTime(at),
      query,
      // The masked recipient is the only value that isn't also in a column.
      values: sample.values && [`${to.slice(0, -4)}XXXX`],
    };
  };
}

/** Returns the event that a message's callback is recorded as. */
function eventOf(
  message: MadeMessage,
  status: EventStatus,
  errorCode: number | undefined,
  at: number,
): StoredEvent {
  const params = callbackParams(message, {
    status,
    errorCode,
    at,
  });
  const callback = parseCallback("sms", params);
  if ("fault" in callback) throw new Error(callback.fault);
  const { messageStatus, ...fields } = callback;
  const recorded = recordedStatus(fields.channel, messageStatus);
  if (recorded === undefined)
    throw new RangeError("This status is not recorded.");
  return storedEvent({
    ...BY_CALLBACK,
    ...fields,
    status: recorded,
    receivedAt: at,
    query: message.query ?? "",
  });
}
