import { createHash } from "node:crypto";
import { getExpectedTwilioSignature } from "twilio/lib/webhooks/webhooks.js";
import { WEBHOOK_PATHS } from "../../src/twilio/webhook-paths.ts";
import { ACCOUNT_SID, AUTH_TOKEN, newMessageSid } from "./twilio-client.ts";

/** A CloudEvent as Event Streams post it, about a message that was delivered. */
export function streamEvent(
  data: Record<string, unknown> = {},
  event: Record<string, unknown> = {},
) {
  const { messageStatus: word = "DELIVERED" } = data;
  const type = `com.twilio.messaging.message.${String(word).toLowerCase()}`;
  return {
    specversion: "1.0",
    type,
    source: "/v1/Accounts/Messages",
    id: "EZf40f223873cb33b29e536dbcc34fb98b",
    dataschema: "https://events-schemas.twilio.com/Messaging.MessageStatus/8",
    datacontenttype: "application/json",
    time: "2026-11-23T12:30:01.500Z",
    ...event,
    data: {
      messageSid: newMessageSid(),
      timestamp: "2026-11-23T12:30:01.250123456Z",
      accountSid: ACCOUNT_SID,
      eventName: type,
      apiVersion: "2010-04-01",
      from: "+15595551269",
      to: "+14155550123",
      messageStatus: "DELIVERED",
      ...data,
    },
  };
}

/** The event by which Twilio tests a sink. */
export const TEST_EVENT = {
  specversion: "1.0",
  type: "com.twilio.eventstreams.test-event",
  source: "Sink",
  id: ACCOUNT_SID,
  dataschema: "https://events-schemas.twilio.com/EventStreams.TestSink/1.json",
  datacontenttype: "application/json",
  time: "2026-11-23T12:30:00.000Z",
  data: { test_id: "cae2f9e2-c277-4612-8ad3-93c1a7a3ef88" },
};

export function hashOf(body: string | Uint8Array): string {
  return createHash("sha256").update(body).digest("hex");
}

export type StreamPost = {
  readonly authToken?: string;
  readonly algorithm?: "HMAC_SHA1" | "HMAC_SHA256";
  /** The query that is called and signed; by default with the body's hash. */
  readonly query?: string;
  /** The address that is signed, if it isn't the one that is called. */
  readonly signedUrl?: string;
  readonly headers?: Record<string, string>;
  readonly method?: string;
};

/** Posts a body as Event Streams do, signed by Twilio's own SDK. */
export function postEvents(
  origin: string,
  posted: unknown,
  {
    authToken = AUTH_TOKEN,
    algorithm,
    query,
    signedUrl,
    headers,
    method = "POST",
  }: StreamPost = {},
): Promise<Response> {
  const body =
    typeof posted === "string"
      ? posted
      : posted instanceof Uint8Array
        ? Buffer.from(posted)
        : JSON.stringify(posted);
  const search = query ?? `?bodySHA256=${hashOf(body)}`;
  const url = origin + WEBHOOK_PATHS.events + search;
  return fetch(url, {
    method,
    headers: {
      "content-type": "application/json",
      "x-twilio-signature": getExpectedTwilioSignature(
        authToken,
        signedUrl === undefined ? url : signedUrl + search,
        {},
        algorithm,
      ),
      ...headers,
    },
    ...(method !== "GET" && { body }),
  });
}
