import type { FormParams } from "../twilio/form.ts";
import type { Channel, EventStatus } from "../twilio/status.ts";

export type MessageFields = {
  readonly messageSid: string;
  readonly accountSid: string;
  readonly messagingServiceSid: string | undefined;
  readonly channel: Channel;
  readonly to: string;
  readonly from: string;
};

export type StatusFields = {
  readonly status: EventStatus;
  /** Only for `failed` and `undelivered`. */
  readonly errorCode: number | undefined;
  /** When it's posted, milliseconds since 1970. */
  readonly at: number;
};

/** Returns what Twilio posts for a status, with names in the captured order. */
export function callbackParams(
  message: MessageFields,
  { status, errorCode, at }: StatusFields,
): FormParams {
  const { messageSid, accountSid, messagingServiceSid, channel } = message;
  const isWhatsapp = channel === "whatsapp";
  const isFailure = status === "failed" || status === "undelivered";
  const address = (text: string): string =>
    channel === "sms" ? text : `${channel}:${text}`;
  const params: readonly (readonly [string, string | undefined])[] = [
    ["EventType", isWhatsapp ? EVENT_TYPES[status] : undefined],
    ["ErrorCode", isFailure ? errorCode?.toString() : undefined],
    [
      "RawDlrDoneDate",
      channel === "sms" && (status === "delivered" || status === "undelivered")
        ? carrierTime(at)
        : undefined,
    ],
    ["SmsSid", messageSid],
    ["SmsStatus", status],
    ["MessageStatus", status],
    ["ChannelToAddress", isWhatsapp ? masked(message.to) : undefined],
    ["To", address(message.to)],
    ["ChannelPrefix", isWhatsapp ? "whatsapp" : undefined],
    ["MessagingServiceSid", messagingServiceSid],
    ["MessageSid", messageSid],
    ["AccountSid", accountSid],
    ["From", address(message.from)],
    ["ApiVersion", "2010-04-01"],
  ];
  return params.flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
}

const EVENT_TYPES: Partial<Record<EventStatus, string>> = {
  delivered: "DELIVERED",
  read: "READ",
};

/** Masked like Twilio's `ChannelToAddress`. */
function masked(to: string): string {
  return `${to.slice(0, -4)}XXXX`;
}

/** `YYMMDDhhmm`. */
function carrierTime(at: number): string {
  return new Date(at).toISOString().replace(/\D/g, "").slice(2, 12);
}
