import type { ApiMessage } from "./api-message.ts";

/**
 * Twilio charges a fee for a message that ends as failed, which isn't in the message's price. This is
 * its list price, of September 2024.
 * Source: support.twilio.com, "Failed Message Processing Fees"
 */
export const FAILED_FEE = { amount: "0.001", currency: "USD" } as const;

/** Error codes of failed messages for which Twilio doesn't charge it: its own faults and limits, and others. */
export const FEE_EXEMPT_CODES: readonly number[] = [
  12400, 20500, 20504, 21408, 30002, 30008, 30036, 30103, 30450, 30454, 30500,
  63010, 63012, 63013, 63018, 63021, 63024, 63032, 63038, 90010,
];
const EXEMPT: ReadonlySet<number | null> = new Set(FEE_EXEMPT_CODES);

/** Whether Twilio charges the fee, by its own word for the status: an undelivered message has a price instead. */
export function hasFailedFee({
  messageStatus,
  errorCode,
}: Pick<ApiMessage, "messageStatus" | "errorCode">): boolean {
  return messageStatus === "failed" && !EXEMPT.has(errorCode);
}
