import type { Matter, Retry } from "../src/twilio/error-codes/error-codes.ts";

/** Whose matter an error is, as pages say it. */
export const MATTER_WORDS: Record<Matter, string> = {
  recipient: "Recipient",
  carrier: "Carrier",
  content: "Content",
  sender: "Sender",
  account: "Twilio account",
  request: "Your request",
  twilio: "Twilio",
};

/** Whether to send the same message again, as pages say it. */
export const RETRY_WORDS: Record<Retry, string> = {
  no: "Do not send again",
  later: "Send again later",
  maybe: "May help to send again",
};
