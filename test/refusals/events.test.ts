import { afterAll, beforeAll, expect, test } from "bun:test";
import { getExpectedTwilioSignature } from "twilio/lib/webhooks/webhooks.js";
import { WEBHOOK_PATHS } from "../../src/twilio/webhook-paths.ts";
import { get } from "../pages/page-client.ts";
import { startServer } from "../support/start-server.ts";
import {
  hashOf,
  postEvents,
  streamEvent,
  type StreamPost,
} from "../support/stream-client.ts";
import { ACCOUNT_SID, AUTH_TOKEN } from "../support/twilio-client.ts";
import { until } from "../support/until.ts";

const PUBLIC_URL = "https://sms.example.com";
const SIGNED = PUBLIC_URL + WEBHOOK_PATHS.events;
const BOUND = "b0".repeat(16);

let server: Awaited<ReturnType<typeof startServer>>;
beforeAll(async () => {
  server = await startServer({
    PUBLIC_URL,
    TWILIO_WEBHOOK_AUTH_TOKEN: `${AUTH_TOKEN},${ACCOUNT_SID}=${BOUND}`,
  });
});
afterAll(() => server[Symbol.asyncDispose]());

type Situation = {
  readonly posted?: unknown;
  readonly options?: StreamPost;
  /** What its page says: the problem, and what to do. */
  readonly says: readonly string[];
};

const form = { MessageSid: "SM1", MessageStatus: "sent" };
const SITUATIONS: Record<string, Situation> = {
  "a body that was changed": {
    options: { signedUrl: SIGNED, query: `?bodySHA256=${hashOf("[]")}` },
    says: ["the body isn’t the one that Twilio sent", "to the last byte"],
  },
  "no hash in the query": {
    options: { signedUrl: SIGNED, query: "?a=1" },
    says: ["has no bodySHA256", "the destination of an Event Streams sink"],
  },
  "http, but https is checked": {
    options: { signedUrl: SIGNED.replace("https:", "http:") },
    says: ["It was signed for http but checked as https."],
  },
  "the SMS address was signed": {
    options: { signedUrl: PUBLIC_URL + WEBHOOK_PATHS.sms },
    says: [
      "It was signed for the SMS address but arrived at the Event Streams address.",
    ],
  },
  "a status callback": {
    posted: new URLSearchParams(form).toString(),
    options: {
      query: "",
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        "x-twilio-signature": getExpectedTwilioSignature(
          AUTH_TOKEN,
          SIGNED,
          form,
        ),
      },
    },
    says: [
      "Twilio signed a form, as for a status callback.",
      "Status callbacks have URLs of their own",
    ],
  },
  "a sink with the method GET": {
    posted: "",
    options: { signedUrl: SIGNED, method: "GET" },
    says: ["arrived with GET", "Create the sink again with the method POST"],
  },
  "an event that isn't one": {
    posted: [{ data: 1 }],
    options: { signedUrl: SIGNED },
    says: ["it isn’t what Event Streams post", "type is missing"],
  },
  "another account's event with a bound token": {
    posted: [streamEvent({ accountSid: `AC${"b".repeat(32)}` })],
    options: { signedUrl: SIGNED, authToken: BOUND },
    says: ["has an event of another account", "without an account in front"],
  },
  "another token of a known account": {
    options: { signedUrl: SIGNED, authToken: "c0ffee" },
    says: ["It names one of your accounts", ACCOUNT_SID],
  },
};

test.each(Object.entries(SITUATIONS))("%s", async (_, situation) => {
  const { posted = [streamEvent()], options, says } = situation;
  const before = await kept();
  await postEvents(server.origin, posted, options);
  await until(async () => expect(await kept()).toHaveLength(before.length + 1));
  const known = new Set(before.map(({ id }) => id));
  const row = (await kept()).find(({ id }) => !known.has(id));
  expect(row?.channel).toBe("events");
  expect(row?.isFixable).toBe(true);
  const { text } = await get(`${server.origin}/refusals/${row?.id}`);
  for (const words of says) expect(text).toContain(words);
  expect(text).toContain("Event Streams");
});

test("the list names what they were posted to", async () => {
  const { text } = await get(`${server.origin}/refusals`);
  expect(text).toContain("403 Event Streams");
});

test("a wrong address is replaced by the sink's", async () => {
  const before = await kept();
  const query = `?bodySHA256=${hashOf("[]")}`;
  const url = `${PUBLIC_URL}/api/rpc/webhooks/twilio/streams${query}`;
  await fetch(server.origin + new URL(url).pathname + query, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-twilio-signature": getExpectedTwilioSignature(AUTH_TOKEN, url, {}),
    },
    body: "[]",
  });
  await until(async () => expect(await kept()).toHaveLength(before.length + 1));
  expect(await kept()).toContainEqual(
    expect.objectContaining({ check: "address", rightUrl: SIGNED }),
  );
});

function kept() {
  return server.store.refusals.list({ size: 100, since: 0 });
}
