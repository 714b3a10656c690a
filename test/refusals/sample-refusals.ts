import type { NewRefusal } from "../../src/store/refusals.ts";
import { WEBHOOK_PATHS } from "../../src/twilio/webhook-paths.ts";
import { ACCOUNT_SID } from "../support/twilio-client.ts";

export const AT = Date.UTC(2026, 10, 23, 12, 30);

/**
 * Returns a refusal as the log passes it to the store: by default one with an unexplained
 * signature.
 */
export function refusalOf(given: Partial<NewRefusal> = {}): NewRefusal {
  const at = given.lastAt ?? AT;
  return {
    channel: "sms",
    check: "signature",
    status: 403,
    error: "No configured auth token produces this signature for this address.",
    address: "203.0.113.9",
    proxy: null,
    path: WEBHOOK_PATHS.sms,
    checkedUrl: `https://sms.example.com${WEBHOOK_PATHS.sms}`,
    diagnosis: { outcome: "unexplained" },
    standing: "known",
    isFixable: true,
    sent: {
      method: "POST",
      headers: [["user-agent", "TwilioProxy/1.1"]],
      query: [],
      params: [
        ["To", "+141••••••23"],
        ["AccountSid", ACCOUNT_SID],
      ],
      bodyBytes: 300,
      isCut: false,
    },
    firstAt: at,
    lastAt: at,
    times: 1,
    ...given,
  };
}
