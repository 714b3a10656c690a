import { channelWord } from "../twilio/channel-words.ts";
import {
  explainErrorCode,
  type Matter,
} from "../twilio/error-codes/error-codes.ts";
import type { Channel } from "../twilio/status.ts";
import { reasonOfCode, verdictOnCode } from "./verdict.ts";

/**
 * Says why a message to a customer failed, to the customer: completes "The message …". It
 * tells nothing about our accounts, settings, or providers.
 */
export function failedForCustomer(
  errorCode: number | null,
  channel: Channel,
): string {
  const { explanation } = errorCode === null ? {} : explainErrorCode(errorCode);
  if (errorCode === null || explanation === undefined)
    return "couldn’t be delivered, and we weren’t told why";
  if (verdictOnCode(errorCode).kind !== "do-not-send")
    return WORDS[explanation.matter];
  switch (reasonOfCode(errorCode)) {
    case "opted-out":
      return "wasn’t delivered because this number is unsubscribed from our messages";
    case "gone":
      return channel === "sms"
        ? "couldn’t be delivered because the number we have for you can’t receive text messages, or isn’t in service"
        : `couldn’t be delivered because the number we have for you can’t be reached on ${channelWord(channel)}`;
    case "blocked":
      return "was blocked by your phone or your carrier";
  }
}

const OUR_SIDE =
  "couldn’t be delivered because of a technical problem on our side";

const WORDS: Record<Matter, string> = {
  recipient:
    "couldn’t be delivered because your phone couldn’t be reached or couldn’t receive it",
  carrier: "couldn’t be delivered by your phone’s carrier",
  content: "was stopped by a spam filter on its way to you",
  sender: OUR_SIDE,
  account: OUR_SIDE,
  request: OUR_SIDE,
  twilio: OUR_SIDE,
};
