import {
  eventRecord,
  messageRecord,
  rfc3339,
} from "../messages/export-records.ts";
import type { EventRow, EventWithMessage } from "../store/store.ts";
import type { SuppressionChange } from "../store/suppressions.ts";
import { changeRecord } from "../numbers/suppression-records.ts";
import { eventType } from "../twilio/status.ts";

/** What is sent, apart from what differs from one endpoint to another. */
export type Payload = {
  /** The `webhook-id`. */
  readonly id: string;
  readonly type: string;
  readonly body: string;
};

const payloads = new WeakMap<EventWithMessage, Payload>();

/** Returns what is sent for an event: the event as the API returns it, with its message. */
export function payloadOf(matched: EventWithMessage): Payload {
  // Several endpoints send the same.
  const known = payloads.get(matched);
  if (known !== undefined) return known;
  const { event, message } = matched;
  const type = typeOf(event);
  const body = JSON.stringify({
    type,
    timestamp: rfc3339(event.receivedAt),
    data: { ...eventRecord(event), message: messageRecord(message) },
  });
  const payload = { id: webhookId(event), type, body };
  payloads.set(matched, payload);
  return payload;
}

/** Returns what is sent for a change of the "do not send" list: the change as the API returns it. */
export function payloadOfChange(change: SuppressionChange): Payload {
  const { id, type, ...data } = changeRecord(change);
  const hash = hashOf(`${change.recipientId} ${change.channel} ${change.at}`);
  return {
    id: `sup_${id}_${hash}`,
    type,
    body: JSON.stringify({ type, timestamp: data.at, data: { id, ...data } }),
  };
}

export function typeOf(event: Pick<EventRow, "channel" | "status">): string {
  return eventType(event.channel, event.status);
}

/**
 * Returns the id by which a receiver recognizes a repeat: the same in every attempt, in every
 * resend, and after a backup was restored. The hash tells the event from another one that got
 * the same number after a restore.
 */
export function webhookId({
  id,
  messageSid,
  receivedAt,
}: Pick<EventRow, "id" | "messageSid" | "receivedAt">): string {
  return `evt_${id}_${hashOf(`${messageSid} ${receivedAt}`)}`;
}

function hashOf(text: string): string {
  const hash = new Bun.CryptoHasher("sha256").update(text).digest("hex");
  return hash.slice(0, 16);
}
