import { splitAddress } from "./address.ts";
import type { Callback } from "./callback.ts";
import type { FormParams } from "./form.ts";
import { canonicalSid, isMessageSid } from "./sid.ts";
import { recordedStatus, type EventStatus } from "./status.ts";

/** What one event of Event Streams says of a message; null where it says nothing usable. */
export type StreamEvent = Omit<Callback, "messageStatus" | "accountSid"> & {
  readonly status: EventStatus;
  readonly accountSid: string;
  /** When it happened, by Twilio's clock, milliseconds since 1970. */
  readonly occurredAt: number | null;
  readonly mcc: string | null;
  readonly mnc: string | null;
  /** The message's tags, as a query. */
  readonly query: string;
};

/** The events of a post whose status is recorded, and how many others there are. */
export type StreamPost = {
  readonly events: readonly StreamEvent[];
  readonly skipped: number;
};

/** Why a signed post isn't one of Event Streams: a sentence that names the field, never a value. */
export type StreamFault = { readonly fault: string };

type Fields = Readonly<Record<string, unknown>>;

/** Types of events about a message that was sent; what they report is their last word. */
const MESSAGE_TYPE =
  /^com\.twilio\.messaging\.message\.(sent|delivered|undelivered|failed|read)$/;
const ACCOUNT_SID = /^AC[0-9a-f]{32}$/i;
/** Error codes and segment counts fit a 32-bit integer. */
const SMALL_INTEGER = /^\d{1,9}$/;
/**
 * Aren't kept: what the message says, and an address that may contain a password. Callbacks
 * have neither.
 */
const LEFT_OUT: ReadonlySet<string> = new Set(["body", "statusCallBackUrl"]);

/** The events in a body as parsed from JSON: an array of CloudEvents, or a single one. */
export function eventsIn(posted: unknown): readonly unknown[] {
  return Array.isArray(posted) ? posted : [posted];
}

/**
 * Reads CloudEvents as Event Streams post them, of which those about sent messages count.
 * They must name a message and an account in the right form; everything else is used if it's
 * well formed.
 * Source: twilio.com/docs/events/event-types/messaging/outbound-message, versions 1 to 8.
 */
export function readStreamEvents(
  posted: readonly unknown[],
): StreamPost | StreamFault {
  const events: StreamEvent[] = [];
  let skipped = 0;
  for (const [index, each] of posted.entries()) {
    const read = readEvent(each);
    if (read === undefined) skipped++;
    else if ("fault" in read)
      return { fault: `Event ${index + 1}: ${read.fault}` };
    else events.push(read);
  }
  return { events, skipped };
}

/** The first account that a post names, which nothing proves before its signature is verified. */
export function accountNamedIn(posted: readonly unknown[]): string | undefined {
  for (const each of posted) {
    const data = isFields(each) ? each["data"] : undefined;
    const sid = isFields(data) ? data["accountSid"] : undefined;
    if (typeof sid === "string" && ACCOUNT_SID.test(sid)) return sid;
  }
  return undefined;
}

/** Undefined for an event that isn't recorded, such as the one that tests a sink. */
function readEvent(event: unknown): StreamEvent | StreamFault | undefined {
  if (!isFields(event)) return { fault: "it isn't an object." };
  const { type, data } = event;
  if (typeof type !== "string") return { fault: "type is missing." };
  const [, word] = MESSAGE_TYPE.exec(type) ?? [];
  if (word === undefined) return undefined;
  if (!isFields(data)) return { fault: "data isn't an object." };
  const text = (name: string): string | null => textIn(data, name);
  const messageSid = text("messageSid");
  if (messageSid === null || !isMessageSid(messageSid))
    return {
      fault:
        "data.messageSid is not SM or MM followed by 32 hexadecimal digits.",
    };
  const accountSid = text("accountSid");
  if (accountSid === null || !ACCOUNT_SID.test(accountSid))
    return {
      fault: "data.accountSid is not AC followed by 32 hexadecimal digits.",
    };
  const to = splitAddress(text("to") ?? "");
  const from = splitAddress(text("from") ?? "");
  const channel = to.channel ?? from.channel ?? "sms";
  const status = statusOf(channel, text("messageStatus"), word);
  if (status === undefined) return undefined;
  const service = text("messagingServiceSid");
  return {
    channel,
    messageSid: canonicalSid(messageSid),
    status,
    to: to.address || null,
    from: from.address || null,
    // Twilio's API has 0 or null where there was no error.
    errorCode: integerIn(data, "errorCode") || null,
    errorMessage: text("errorMessage"),
    accountSid: canonicalSid(accountSid),
    messagingServiceSid: service === null ? null : canonicalSid(service),
    numSegments: integerIn(data, "numberOfSegments"),
    rawDlrDoneDate: text("rawDlrDoneDate"),
    params: pairsOf(data),
    occurredAt: timeIn(text("timestamp")) ?? timeIn(textIn(event, "time")),
    mcc: matching(/^\d{3}$/, text("mcc")),
    mnc: matching(/^\d{2,3}$/, text("mnc")),
    query: queryOf(data["tags"]),
  };
}

/** `messageStatus` in capitals; examples in Twilio's documentation have one that isn't the type's. */
function statusOf(
  channel: StreamEvent["channel"],
  messageStatus: string | null,
  word: string,
): EventStatus | undefined {
  const said = messageStatus?.toLowerCase() ?? word;
  return recordedStatus(channel, said) ?? recordedStatus(channel, word);
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A text that isn't empty; a number as text. */
function textIn(fields: Fields, name: string): string | null {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : null;
}

function integerIn(fields: Fields, name: string): number | null {
  const text = matching(SMALL_INTEGER, textIn(fields, name));
  return text === null ? null : Number(text);
}

function matching(format: RegExp, text: string | null): string | null {
  return text !== null && format.test(text) ? text : null;
}

/** Twilio writes up to nine decimals. */
function timeIn(text: string | null): number | null {
  const at =
    text !== null && /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(at) ? null : at;
}

/** Everything that is kept of an event's data; what isn't text, as JSON. */
function pairsOf(data: Fields): FormParams {
  return Object.entries(data)
    .filter(([name]) => !LEFT_OUT.has(name))
    .map(([name, value]) => [
      name,
      typeof value === "string" ? value : JSON.stringify(value),
    ]);
}

function queryOf(tags: unknown): string {
  if (!isFields(tags)) return "";
  const pairs = Object.entries(tags).flatMap(([name, value]) =>
    typeof value === "string" ? [[name, value]] : [],
  );
  return new URLSearchParams(pairs).toString();
}
