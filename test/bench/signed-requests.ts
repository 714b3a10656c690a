import { randomBytes } from "node:crypto";
import { sign } from "../../src/twilio/signature.ts";
import { WEBHOOK_PATHS } from "../../src/twilio/webhook-paths.ts";

export const BENCH_TOKEN = "0123456789abcdef0123456789abcdef";
export const BENCH_PUBLIC_URL = "https://sms.example.com";

const ACCOUNT_SID = "AC3a7a12ead9ad3ca551626f9fa68e2f04";
/** Recipients that the team writes to again and again. */
const RECIPIENTS = 20_000;
/** How many messages lie between a message's first callback and its second. */
const MESSAGES_APART = 50;

/**
 * Returns `count` signed callbacks as lines of signature, space and form post: sent and
 * delivered for each message, all different, and a few messages apart as in practice.
 */
export function signedRequests(count: number): string[] {
  const sids = Array.from(
    { length: count / 2 },
    () => `SM${randomBytes(16).toString("hex")}`,
  );
  const lines: string[] = [];
  for (let i = 0; i < sids.length + MESSAGES_APART; i++) {
    const sent = sids[i];
    if (sent !== undefined) lines.push(signedRequest(sent, i, "sent"));
    const delivered = sids[i - MESSAGES_APART];
    if (delivered !== undefined)
      lines.push(signedRequest(delivered, i - MESSAGES_APART, "delivered"));
  }
  return lines;
}

function signedRequest(
  sid: string,
  index: number,
  status: "sent" | "delivered",
): string {
  const params: [string, string][] = [
    ["SmsSid", sid],
    ["SmsStatus", status],
    ["MessageStatus", status],
    ["To", `+1415${5_000_000 + ((index * 7_919) % RECIPIENTS)}`],
    ["MessageSid", sid],
    ["AccountSid", ACCOUNT_SID],
    ["From", "+15595551269"],
    ["ApiVersion", "2010-04-01"],
  ];
  if (status === "delivered") params.unshift(["RawDlrDoneDate", "2611231322"]);
  const signature = sign(
    BENCH_TOKEN,
    BENCH_PUBLIC_URL + WEBHOOK_PATHS.sms,
    params,
  );
  return `${signature} ${new URLSearchParams(params).toString()}`;
}
