import type { Static } from "@sinclair/typebox";
import type { ErrorExplained, Event, Message } from "./schemas.ts";

const MESSAGE_SID = "SM0123456789abcdef0123456789abcdef";
const ACCOUNT_SID = "AC0123456789abcdef0123456789abcdef";

const shared = {
  messageSid: MESSAGE_SID,
  channel: "sms",
  status: "undelivered",
  to: "+141••••••23",
  from: "ACME",
  errorCode: 30003,
  accountSid: ACCOUNT_SID,
  messagingServiceSid: null,
  numSegments: null,
  mcc: null,
  mnc: null,
  tags: { campaign: "spring" },
} as const;

/** A message as seen by a token that sees numbers masked. */
export const MESSAGE_EXAMPLE: Static<typeof Message> = {
  ...shared,
  country: "US",
  sources: ["callback"],
  firstEventAt: "2026-11-23T12:30:01.234Z",
  lastEventAt: "2026-11-23T12:30:03.901Z",
};

export const EVENT_EXAMPLE: Static<typeof Event> = {
  ...shared,
  id: 4711,
  type: "sms_undelivered",
  supplement: false,
  source: "callback",
  occurredAt: null,
  receivedAt: "2026-11-23T12:30:03.901Z",
  errorMessage: null,
  params: {
    MessageSid: MESSAGE_SID,
    MessageStatus: "undelivered",
    ErrorCode: "30003",
    To: "+141••••••23",
    From: "ACME",
    AccountSid: ACCOUNT_SID,
  },
};

/** Written out for the documentation, so that starting the server doesn't load the error codes. */
export const EXPLAINED_EXAMPLE: Static<typeof ErrorExplained> = {
  code: 30003,
  title: "Unreachable destination handset",
  verdict: "send-again",
  explanation: {
    happened: "The recipient's phone could not be reached.",
    matter: "recipient",
    retry: "later",
    whatToDo: "Send it again later.",
  },
  url: "https://www.twilio.com/docs/api/errors/30003",
};
