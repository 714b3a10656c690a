import {
  storedEvent,
  type StoredEvent,
} from "../../src/store/core/stored-event.ts";
import type { EventStatus } from "../../src/twilio/status.ts";
import { eventOf } from "../store/events.ts";

const RECIPIENTS = [
  "+14155550123",
  "+447710000001",
  "+4915112345678",
  "+33612345678",
  "+46731234567",
];

let made = 0;

export type MadeMessages = {
  /** When they were sent, spread over this time. */
  readonly from: number;
  readonly until: number;
  readonly count: number;
  readonly status: EventStatus;
  readonly errorCode?: number;
  /** One of five if it's undefined. */
  readonly sender?: string;
  /** One of five, each in its own country, if it's undefined. */
  readonly recipient?: string;
};

/** Makes the events of messages that have this status a second after they were sent. */
export function messages({
  from,
  until,
  count,
  status,
  errorCode,
  sender,
  recipient,
}: MadeMessages): StoredEvent[] {
  return Array.from({ length: count }, (_, n) => {
    const sentAt = Math.floor(from + ((until - from) * n) / count);
    const sid = `SM${String(++made).padStart(32, "0")}`;
    const fields = {
      MessageSid: sid,
      From: sender ?? `+1500555000${n % 5}`,
      To: recipient ?? RECIPIENTS[n % 5] ?? "",
    };
    const sent = eventOf(
      { ...fields, MessageStatus: "sent" },
      { receivedAt: sentAt },
    );
    if (status === "sent") return [storedEvent(sent)];
    const last = eventOf(
      {
        ...fields,
        MessageStatus: status,
        ...(errorCode !== undefined && { ErrorCode: String(errorCode) }),
      },
      { receivedAt: sentAt + 1_000 },
    );
    return [storedEvent(sent), storedEvent(last)];
  }).flat();
}
