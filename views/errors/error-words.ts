import type { Matter } from "../../src/twilio/error-codes/error-codes.ts";

/** The cause of an error, in words. */
export const MATTER_WORDS: Record<Matter, string> = {
  recipient: "Recipient",
  carrier: "Carrier",
  content: "Content",
  sender: "Sender",
  account: "Twilio account",
  request: "Your request",
  twilio: "Twilio",
};
