import { splitAddress } from "./address.ts";
import type { FormParams } from "./form.ts";
import { canonicalSid, isMessageSid } from "./sid.ts";
import type { Channel, RouteChannel } from "./status.ts";

/** What one status callback says, proven or not; null where it says nothing usable. */
export type Callback = {
  /** By the prefix of `To`, or else of `From`; without either, the route's. */
  readonly channel: Channel;
  /** `SM` or `MM` and 32 lower-case hex digits. */
  readonly messageSid: string;
  /** Twilio's word, also one that is not recorded. */
  readonly messageStatus: string;
  /** Without the channel's prefix. */
  readonly to: string | null;
  readonly from: string | null;
  readonly errorCode: number | null;
  readonly errorMessage: string | null;
  readonly accountSid: string | null;
  readonly messagingServiceSid: string | null;
  readonly numSegments: number | null;
  /** `YYMMDDhhmm` on the carrier's clock, no zone; kept as it came. */
  readonly rawDlrDoneDate: string | null;
  /** Everything that was posted. */
  readonly params: FormParams;
};

/** Why a signed post is no status callback: a sentence that names the field, never a value. */
export type CallbackFault = { readonly fault: string };

const MESSAGE_STATUS = /^[A-Za-z][A-Za-z_-]{0,39}$/;
/** Digits that fit a 32-bit integer: error codes and segment counts. */
const SMALL_INTEGER = /^\d{1,9}$/;

/**
 * Reads the fields of a status callback. `MessageSid` and `MessageStatus` (or the
 * legacy `SmsSid` and `SmsStatus`, where the newer name is absent) must be there and
 * well formed, and no name may be given twice: the signed text has no delimiters, so
 * only a strict grammar tells what was meant. Nothing else is needed or checked.
 */
export function parseCallback(
  route: RouteChannel,
  params: FormParams,
): Callback | CallbackFault {
  const fields = new Map(params);
  if (fields.size !== params.length)
    return { fault: `${repeatedName(params)} is given twice.` };
  const field = (name: string): string | null => fields.get(name) || null;

  const sid = fields.get("MessageSid") ?? fields.get("SmsSid");
  if (sid === undefined) return { fault: "MessageSid is missing." };
  if (!isMessageSid(sid)) {
    return {
      fault: "MessageSid is not SM or MM followed by 32 hexadecimal digits.",
    };
  }
  const messageStatus = fields.get("MessageStatus") ?? fields.get("SmsStatus");
  if (messageStatus === undefined)
    return { fault: "MessageStatus is missing." };
  if (!MESSAGE_STATUS.test(messageStatus))
    return { fault: "MessageStatus is not a word." };

  const to = splitAddress(fields.get("To") ?? "");
  const from = splitAddress(fields.get("From") ?? "");
  const integer = (name: string): number | null => {
    const text = fields.get(name);
    return text !== undefined && SMALL_INTEGER.test(text) ? Number(text) : null;
  };
  const sidIn = (name: string): string | null => {
    const text = field(name);
    return text === null ? null : canonicalSid(text);
  };
  return {
    channel: to.channel ?? from.channel ?? route,
    messageSid: canonicalSid(sid),
    messageStatus,
    to: to.address || null,
    from: from.address || null,
    // Twilio's API has 0 or null where there was no error.
    errorCode: integer("ErrorCode") || null,
    errorMessage: field("ErrorMessage"),
    accountSid: sidIn("AccountSid"),
    messagingServiceSid: sidIn("MessagingServiceSid"),
    numSegments: integer("NumSegments"),
    rawDlrDoneDate: field("RawDlrDoneDate"),
    params,
  };
}

/** Names that a fault may repeat, as they are ours to expect. */
const EXPECTED_NAMES: readonly string[] = [
  "MessageSid",
  "SmsSid",
  "MessageStatus",
  "SmsStatus",
  "To",
  "From",
  "AccountSid",
  "ApiVersion",
  "ErrorCode",
  "ErrorMessage",
  "MessagingServiceSid",
  "NumSegments",
  "RawDlrDoneDate",
  "Body",
];

function repeatedName(params: FormParams): string {
  const times = Map.groupBy(params, ([name]) => name);
  return (
    EXPECTED_NAMES.find((name) => (times.get(name)?.length ?? 0) > 1) ??
    "A parameter"
  );
}
