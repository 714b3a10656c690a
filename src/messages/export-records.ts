import type { EventRow, MessageRow } from "../store/store.ts";
import { parseForm, type FormParams } from "../twilio/form.ts";
import { eventType } from "../twilio/status.ts";
import { occurredAt } from "./occurred-at.ts";

/** A name and its value, or its values if it occurs several times. */
export type Pairs = Readonly<Record<string, string | readonly string[]>>;

export type ExportRecord = Readonly<
  Record<string, string | number | boolean | null | Pairs | readonly string[]>
>;

/** The columns of each kind of export, in order. */
export const COLUMNS = {
  events: [
    "id",
    "type",
    "channel",
    "messageSid",
    "status",
    "receivedAt",
    "to",
    "from",
    "errorCode",
    "errorMessage",
    "accountSid",
    "messagingServiceSid",
    "numSegments",
    "tags",
    "params",
    "supplement",
    "source",
    "occurredAt",
    "mcc",
    "mnc",
  ],
  messages: [
    "messageSid",
    "channel",
    "status",
    "to",
    "from",
    "country",
    "errorCode",
    "accountSid",
    "messagingServiceSid",
    "numSegments",
    "firstEventAt",
    "lastEventAt",
    "tags",
    "sources",
    "mcc",
    "mnc",
  ],
} as const;

export type ExportKind = keyof typeof COLUMNS;

/** An event in an export. */
export function eventRecord(event: EventRow) {
  return {
    id: event.id,
    type: eventType(event.channel, event.status),
    channel: event.channel,
    messageSid: event.messageSid,
    status: event.status,
    receivedAt: rfc3339(event.receivedAt),
    to: event.to,
    from: event.from,
    errorCode: event.errorCode,
    errorMessage: event.errorMessage,
    accountSid: event.accountSid,
    messagingServiceSid: event.messagingServiceSid,
    numSegments: event.numSegments,
    tags: pairs(parseForm(event.query).params),
    params: pairs(event.params),
    supplement: event.isSupplement,
    source: event.source,
    occurredAt: timeOrNull(occurredAt([event])),
    mcc: event.mcc,
    mnc: event.mnc,
  } satisfies Record<(typeof COLUMNS.events)[number], unknown>;
}

/** A message in an export. */
export function messageRecord(message: MessageRow) {
  return {
    messageSid: message.messageSid,
    channel: message.channel,
    status: message.status,
    to: message.to,
    from: message.from,
    country: message.country,
    errorCode: message.errorCode,
    accountSid: message.accountSid,
    messagingServiceSid: message.messagingServiceSid,
    numSegments: message.numSegments,
    firstEventAt: rfc3339(message.firstEventAt),
    lastEventAt: rfc3339(message.lastEventAt),
    tags: pairs(message.tags),
    sources: message.sources,
    mcc: message.mcc,
    mnc: message.mnc,
  } satisfies Record<(typeof COLUMNS.messages)[number], unknown>;
}

/**
 * Returns pairs as an object; a name that occurs several times has an array of values.
 * Any name survives, `__proto__` too; names that are whole numbers come first.
 */
export function pairs(params: FormParams): Pairs {
  const byName = new Map<string, string | string[]>();
  for (const [name, value] of params) {
    const known = byName.get(name);
    if (known === undefined) byName.set(name, value);
    else if (typeof known === "string") byName.set(name, [known, value]);
    else known.push(value);
  }
  return Object.fromEntries(byName);
}

export function timeOrNull(at: number | null): string | null {
  return at === null ? null : rfc3339(at);
}

/** In UTC, with milliseconds. */
export function rfc3339(at: number): string {
  return new Date(at).toISOString();
}
