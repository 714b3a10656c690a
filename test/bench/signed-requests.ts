import { randomBytes } from "node:crypto";
import { sign } from "../../src/twilio/signature.ts";
import { WEBHOOK_PATHS } from "../../src/webhook/routes.ts";

export const BENCH_TOKEN = "0123456789abcdef0123456789abcdef";
export const BENCH_PUBLIC_URL = "https://sms.example.com";

const ACCOUNT_SID = "AC3a7a12ead9ad3ca551626f9fa68e2f04";
const RECIPIENTS = 100_000;

/**
 * `count` whole HTTP requests, ready to be written to a socket: signed callbacks, sent
 * and delivered for each message, no two alike, a few messages apart as in real life.
 */
export function signedRequests(count: number): Uint8Array[] {
  const path = WEBHOOK_PATHS.sms;
  const sids = Array.from(
    { length: count / 2 },
    () => `SM${randomBytes(16).toString("hex")}`,
  );
  const request = (
    sid: string,
    index: number,
    status: "sent" | "delivered",
  ): Uint8Array => {
    const to = `+1415${5_000_000 + ((index * 7_919) % RECIPIENTS)}`;
    const params: [string, string][] = [
      ["SmsSid", sid],
      ["SmsStatus", status],
      ["MessageStatus", status],
      ["To", to],
      ["MessageSid", sid],
      ["AccountSid", ACCOUNT_SID],
      ["From", "+15595551269"],
      ["ApiVersion", "2010-04-01"],
    ];
    if (status === "delivered")
      params.unshift(["RawDlrDoneDate", "2611231322"]);
    const body = new URLSearchParams(params).toString();
    const lines = [
      `POST ${path} HTTP/1.1`,
      "Host: sms.example.com",
      "Content-Type: application/x-www-form-urlencoded; charset=UTF-8",
      "User-Agent: TwilioProxy/1.1",
      "Accept: */*",
      `X-Twilio-Signature: ${sign(BENCH_TOKEN, BENCH_PUBLIC_URL + path, params)}`,
      `I-Twilio-Idempotency-Token: ${sid}`,
      `Content-Length: ${body.length}`,
    ];
    return Buffer.from(`${lines.join("\r\n")}\r\n\r\n${body}`);
  };
  const requests: Uint8Array[] = [];
  const messagesApart = 50;
  for (let i = 0; i < sids.length + messagesApart; i++) {
    const sent = sids[i];
    if (sent !== undefined) requests.push(request(sent, i, "sent"));
    const delivered = sids[i - messagesApart];
    if (delivered !== undefined)
      requests.push(request(delivered, i - messagesApart, "delivered"));
  }
  return requests;
}
