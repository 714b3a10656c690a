import { splitAddress } from "./address.ts";
import { parseRfc2822 } from "./rfc2822.ts";
import { canonicalSid, isMessageSid } from "./sid.ts";
import { recordedStatus, type Channel, type EventStatus } from "./status.ts";

/** What Twilio's Messages API says about a message that was sent; never its body. */
export type ApiMessage = {
  readonly messageSid: string;
  /** By the prefix of the recipient, or else of the sender; SMS without either. */
  readonly channel: Channel;
  /** What its status is recorded as; undefined for those that aren't recorded, such as `queued`. */
  readonly status: EventStatus | undefined;
  /** Twilio's word for the status. */
  readonly messageStatus: string;
  /** Without the channel's prefix. */
  readonly to: string | null;
  readonly from: string | null;
  readonly errorCode: number | null;
  readonly errorMessage: string | null;
  readonly accountSid: string | null;
  readonly messagingServiceSid: string | null;
  readonly numSegments: number | null;
  readonly price: Price | null;
  /** Milliseconds since 1970, in full seconds. */
  readonly createdAt: number;
  readonly sentAt: number | null;
  readonly updatedAt: number | null;
};

/** An exact amount, as Twilio writes it: a decimal number that is negative for a cost. */
export type Price = { readonly amount: string; readonly currency: string };

const MESSAGE_STATUS = /^[a-z][a-z_-]{0,39}$/;
const DIRECTION = /^(?:inbound|outbound-[a-z-]{1,20})$/;
const AMOUNT = /^-?\d{1,9}(?:\.\d{1,12})?$/;
const CURRENCY = /^[A-Za-z]{3}$/;
const TEXT_CHARS_MAX = 500;

/**
 * Reads a message as the Messages API returns it. `inbound` is one that was received, and
 * `unreadable` one without a valid SID, status, direction or time. A field that isn't what it
 * should be is null, as in a callback.
 */
export function parseApiMessage(
  json: unknown,
): ApiMessage | "inbound" | "unreadable" {
  if (typeof json !== "object" || json === null) return "unreadable";
  const field = (name: string): unknown => Reflect.get(json, name);
  const text = (name: string): string | null => {
    const value = field(name);
    return typeof value === "string" && value !== ""
      ? value.slice(0, TEXT_CHARS_MAX)
      : null;
  };
  const time = (name: string): number | null =>
    parseRfc2822(text(name) ?? "") ?? null;

  const [sid, messageStatus] = [text("sid"), text("status")];
  const direction = text("direction");
  const createdAt = time("date_created");
  if (sid === null || !isMessageSid(sid)) return "unreadable";
  if (direction === null || !DIRECTION.test(direction)) return "unreadable";
  if (direction === "inbound") return "inbound";
  if (messageStatus === null || !MESSAGE_STATUS.test(messageStatus))
    return "unreadable";
  if (createdAt === null) return "unreadable";

  const to = splitAddress(text("to") ?? "");
  const from = splitAddress(text("from") ?? "");
  const channel = to.channel ?? from.channel ?? "sms";
  return {
    messageSid: canonicalSid(sid),
    channel,
    status: recordedStatus(channel, messageStatus),
    messageStatus,
    to: to.address || null,
    from: from.address || null,
    errorCode: wholeNumber(field("error_code")),
    errorMessage: text("error_message"),
    accountSid: sidOf(text("account_sid")),
    messagingServiceSid: sidOf(text("messaging_service_sid")),
    numSegments: wholeNumber(field("num_segments")),
    price: priceOf(text("price"), text("price_unit")),
    createdAt,
    sentAt: time("date_sent"),
    updatedAt: time("date_updated"),
  };
}

function sidOf(text: string | null): string | null {
  return text === null ? null : canonicalSid(text);
}

/** A number, or its digits; null for 0, which the API has where there is none. */
function wholeNumber(value: unknown): number | null {
  const text = typeof value === "number" ? String(value) : value;
  return typeof text === "string" && /^\d{1,9}$/.test(text)
    ? Number(text) || null
    : null;
}

function priceOf(amount: string | null, currency: string | null): Price | null {
  return amount !== null &&
    currency !== null &&
    AMOUNT.test(amount) &&
    CURRENCY.test(currency)
    ? { amount, currency: currency.toUpperCase() }
    : null;
}
