import { randomUUID } from "node:crypto";
import {
  rfc3339,
  type eventRecord,
  type messageRecord,
} from "../messages/export-records.ts";
import type { Outbound } from "../outbound/outbound.ts";
import type { Endpoint } from "../store/endpoints.ts";
import { endpointTarget, type Attempt } from "../store/outbox.ts";
import type { Stores } from "../store/stores.ts";
import { MADE_UP_SID_START } from "../twilio/made-up-sid.ts";
import { post } from "./post.ts";
import { keyOf } from "./signature.ts";

/** Sends a made-up event to an endpoint. Resolves to the attempt; undefined if the endpoint is gone. */
export type SendTest = (endpoint: Endpoint) => Promise<Attempt | undefined>;

export type TestDeps = {
  readonly store: Pick<Stores, "endpoints" | "outbox">;
  readonly outbound: Pick<Outbound, "send">;
  readonly now: () => number;
};

const TYPE = "test";
/** The attempt is among the newest, even beside live ones. */
const NEWEST = 50;

/** Returns what sends test events: signed and sent like real ones, and logged as an attempt. */
export function createSendTest({ store, outbound, now }: TestDeps): SendTest {
  return async ({ id, url }) => {
    const secrets = await store.endpoints.secretsOf(id);
    if (secrets === undefined) return undefined;
    const at = now();
    const { secret, previous } = secrets;
    const isBoth = previous !== undefined && previous.until > at;
    const keys = [secret, ...(isBoth ? [previous.secret] : [])].map(keyOf);
    const webhookId = `test_${randomUUID()}`;
    const payload = { id: webhookId, body: testBody(at) };
    const outcome = await post({ outbound, now }, { url, keys }, payload);
    const { ok, status, durationMs, response, requestHeaders } = outcome;
    const target = endpointTarget(id);
    await store.outbox.save({
      now: now(),
      targets: [],
      deliveries: [],
      attempts: [
        {
          target,
          at,
          status,
          durationMs,
          response,
          requestHeaders,
          kind: "test",
          type: TYPE,
          item: null,
          attempt: 1,
          isSuccess: ok,
          error: outcome.ok ? null : outcome.error,
        },
      ],
      resends: [],
    });
    const newest = await store.outbox.attempts(target, { size: NEWEST });
    return newest.find(
      (each) => each.requestHeaders["webhook-id"] === webhookId,
    );
  };
}

/** Returns the body of a test: an event as real ones are, of a message that doesn't exist. */
function testBody(at: number): string {
  const time = rfc3339(at);
  const shared = {
    messageSid: MADE_UP_SID_START.padEnd(34, "0"),
    channel: "sms",
    status: "delivered",
    to: "+14155550100",
    from: "smsledger",
    errorCode: null,
    accountSid: null,
    messagingServiceSid: null,
    numSegments: 1,
    mcc: null,
    mnc: null,
    tags: {},
  } as const;
  const data: TestData = {
    ...shared,
    id: 0,
    type: "sms_delivered",
    receivedAt: time,
    errorMessage: null,
    params: {},
    supplement: false,
    source: "callback",
    occurredAt: null,
    message: {
      ...shared,
      country: "US",
      sources: ["callback"],
      firstEventAt: time,
      lastEventAt: time,
    },
  };
  return JSON.stringify({ type: TYPE, timestamp: time, data });
}

type TestData = ReturnType<typeof eventRecord> & {
  readonly message: ReturnType<typeof messageRecord>;
};
