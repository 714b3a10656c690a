import { BY_CALLBACK } from "../../src/store/event-sources.ts";
import type { MissedContext } from "../../src/sources/outcomes.ts";
import type { NewEvent } from "../../src/store/store.ts";
import { createLog } from "../../src/log/log.ts";
import {
  API_ACCOUNT,
  type TwilioApiStub,
  type TwilioMessage,
} from "../support/twilio-api.ts";
import { isEventStatus } from "../../src/twilio/status.ts";
import { testClient } from "../twilio-api/test-client.ts";

/** Returns what a callback would have reported of a message that Twilio has. */
export function callbackOf(
  { sid, from, to, status, errorCode }: TwilioMessage,
  receivedAt: number,
): NewEvent {
  if (!isEventStatus(status)) throw new Error(`${status} isn't recorded.`);
  return {
    ...BY_CALLBACK,
    channel: "sms",
    messageSid: sid,
    status,
    to,
    from,
    errorCode,
    errorMessage: null,
    accountSid: API_ACCOUNT,
    messagingServiceSid: null,
    numSegments: null,
    rawDlrDoneDate: null,
    params: [
      ["MessageSid", sid],
      ["MessageStatus", status],
      ["To", to],
      ["From", from],
      ["AccountSid", API_ACCOUNT],
      ...(errorCode === null
        ? []
        : [["ErrorCode", String(errorCode)] as const]),
    ],
    receivedAt,
    query: "",
  };
}

const NOTHING_KNOWN: MissedContext = {
  gaps: [],
  refusals: [],
  servicesElsewhere: new Set(),
};

/** What reading from a stub needs besides a store. */
export function readingFrom(
  stub: Pick<TwilioApiStub, "env">,
  now: () => number,
  stopping: AbortSignal,
) {
  return {
    client: testClient(stub),
    log: createLog("silent", "json"),
    now,
    stopping,
    beginAfterMs: 0,
    retentionDays: 0,
    contextOf: async () => NOTHING_KNOWN,
  };
}
