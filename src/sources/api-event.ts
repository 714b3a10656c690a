import type { NewEvent } from "../store/store.ts";
import type { ApiMessage } from "../twilio/api-message.ts";
import type { FormParams } from "../twilio/form.ts";

/**
 * What the Messages API reports of a message's status as an event; undefined for a status that
 * isn't recorded. The API says when a message was sent, but not when it was delivered: its
 * `date_updated` also changes for other reasons, such as a price. A message that only the API
 * reported counts when Twilio sent it, or created it if it was never sent.
 */
export function apiEvent(
  message: ApiMessage,
  receivedAt: number,
): NewEvent | undefined {
  const { status } = message;
  if (status === undefined) return undefined;
  const { messageSid, channel, to, from, accountSid } = message;
  const sentAt = message.sentAt ?? message.createdAt;
  const { errorCode, errorMessage, messagingServiceSid, numSegments } = message;
  return {
    source: "api",
    occurredAt: status === "sent" ? message.sentAt : null,
    sentAt,
    mcc: null,
    mnc: null,
    status,
    receivedAt,
    query: "",
    messageSid,
    channel,
    to,
    from,
    errorCode,
    errorMessage,
    accountSid,
    messagingServiceSid,
    numSegments,
    rawDlrDoneDate: null,
    params: paramsOf(message),
  };
}

/** Whether a message won't change any more, as far as the API says. */
export function isFinal({ status, messageStatus }: ApiMessage): boolean {
  return messageStatus === "canceled" || (status ?? "sent") !== "sent";
}

/** What the API says, under the names that its documentation has, so that it's recognized on the message's page. */
function paramsOf(message: ApiMessage): FormParams {
  const { createdAt, sentAt } = message;
  const pairs: readonly (readonly [string, string | number | null])[] = [
    ["MessageSid", message.messageSid],
    ["MessageStatus", message.messageStatus],
    ["To", message.to],
    ["From", message.from],
    ["AccountSid", message.accountSid],
    ["MessagingServiceSid", message.messagingServiceSid],
    ["ErrorCode", message.errorCode],
    ["ErrorMessage", message.errorMessage],
    ["NumSegments", message.numSegments],
    ["DateCreated", new Date(createdAt).toISOString()],
    ["DateSent", sentAt === null ? null : new Date(sentAt).toISOString()],
  ];
  return pairs.flatMap(([name, value]) =>
    value === null ? [] : [[name, String(value)]],
  );
}
