import { expect, test } from "bun:test";
import { rename } from "node:fs/promises";
import type { RefusalRow } from "../../src/store/refusals.ts";
import type { Stores } from "../../src/store/stores.ts";
import { WEBHOOK_PATHS } from "../../src/twilio/webhook-paths.ts";
import { get, linksIn } from "../pages/page-client.ts";
import { until } from "../support/until.ts";
import { startServer } from "../support/start-server.ts";
import {
  ACCOUNT_SID,
  AUTH_TOKEN,
  type PostOptions,
} from "../support/twilio-client.ts";
import { FORM_TYPE, signatureOf } from "../receiver/raw-http.ts";

const path = WEBHOOK_PATHS.sms;
const PUBLIC_URL = "https://sms.example.com";
const OTHER_ACCOUNT = `AC${"b".repeat(32)}`;
const OTHER_TOKEN = "c0ffee".repeat(6).slice(0, 32);

const KEY = "c2VjcmV0IG9mIGEga2V5";
const KEY_ID = "webhooks_sharedkey_01k9new";
const OTHER_KEY = "YW5vdGhlciBzZWNyZXQ=";
const OTHER_KEY_ID = "webhooks_sharedkey_01k8other";

/** Signs with a shared key and SHA-256; `settings` is the header that says so. */
function byKey(authToken: string, settings?: string): PostOptions {
  return {
    authToken,
    algorithm: "HMAC_SHA256",
    signedUrl: PUBLIC_URL + path,
    ...(settings && {
      headers: { "x-twilio-webhooks-signature-settings": settings },
    }),
  };
}

/** Resolves to everything that is kept, once there is something. */
async function kept(store: Stores): Promise<readonly RefusalRow[]> {
  let rows: readonly RefusalRow[] = [];
  await until(async () => {
    rows = await store.refusals.list({ size: 100, since: 0 });
    expect(rows.length).toBeGreaterThan(0);
  });
  return rows;
}

type Situation = {
  readonly env?: Record<string, string>;
  readonly post: PostOptions & { readonly params?: Record<string, string> };
  /** What its page says: the problem, and what to do. */
  readonly says: readonly string[];
};

const SITUATIONS: Record<string, Situation> = {
  "https, but http is checked": {
    post: {
      signedUrl: `https://sms.example.com${path}`,
      headers: { host: "sms.example.com" },
    },
    says: [
      "It was signed for https but checked as http.",
      "PUBLIC_URL=https://sms.example.com<",
    ],
  },
  "http, but https is checked": {
    env: { PUBLIC_URL },
    post: { signedUrl: `http://sms.example.com${path}` },
    says: [
      "It was signed for http but checked as https.",
      "In Twilio, use the callback URL with https://, as the settings page shows it.",
    ],
  },
  "a different port": {
    env: { PUBLIC_URL },
    post: { signedUrl: `https://sms.example.com:8443${path}` },
    says: [
      "It was signed for a different port.",
      "PUBLIC_URL=https://sms.example.com:8443<",
    ],
  },
  "https and another port": {
    env: { PUBLIC_URL: "http://sms.example.com" },
    post: { signedUrl: `https://sms.example.com:8443${path}` },
    says: [
      "It was signed for https but checked as http.",
      "It was signed for a different port.",
      "PUBLIC_URL=https://sms.example.com:8443<",
    ],
  },
  "the forwarded host": {
    env: { PUBLIC_URL },
    post: {
      signedUrl: `https://hooks.example.org${path}`,
      headers: { "x-forwarded-host": "hooks.example.org" },
    },
    says: [
      "It was signed for a different host name.",
      "PUBLIC_URL=https://hooks.example.org<",
    ],
  },
  "the host as it arrived": {
    env: { PUBLIC_URL },
    post: {
      signedUrl: `https://hooks.example.org${path}`,
      headers: { host: "hooks.example.org" },
    },
    says: [
      "It was signed for a different host name.",
      "PUBLIC_URL=https://hooks.example.org<",
    ],
  },
  "the base path, which is missing": {
    env: { PUBLIC_URL: `${PUBLIC_URL}/ledger` },
    post: { signedUrl: PUBLIC_URL + path },
    says: [
      "It was signed for a different path: the part before /api/rpc differs.",
      "PUBLIC_URL=https://sms.example.com<",
    ],
  },
  "the base path, twice": {
    env: { PUBLIC_URL: `${PUBLIC_URL}/ledger` },
    post: { signedUrl: `${PUBLIC_URL}/ledger/ledger${path}` },
    says: [
      "It was signed for a different path: the part before /api/rpc differs.",
      "PUBLIC_URL=https://sms.example.com/ledger/ledger<",
    ],
  },
  "a trailing slash": {
    env: { PUBLIC_URL },
    post: { signedUrl: `${PUBLIC_URL}${path}/` },
    says: [
      "It was signed with a trailing slash in the path but arrived without it.",
    ],
  },
  "two slashes": {
    env: { PUBLIC_URL },
    post: { signedUrl: `${PUBLIC_URL}/${path}` },
    says: [
      "It was signed with two slashes in a row",
      "Remove the second slash from the callback URL in Twilio.",
    ],
  },
  "the other route": {
    env: { PUBLIC_URL },
    post: { signedUrl: PUBLIC_URL + WEBHOOK_PATHS.whatsapp },
    says: [
      "It was signed for the WhatsApp address but arrived at the SMS address.",
    ],
  },
  "a query that was added": {
    env: { PUBLIC_URL },
    post: { query: "?utm=1", signedUrl: PUBLIC_URL + path },
    says: [
      "It arrived with a query that wasn’t signed, or with more of a query",
      "Configure the proxy to pass the query on unchanged, without adding,",
    ],
  },
  "another account": {
    env: {
      PUBLIC_URL,
      TWILIO_WEBHOOK_AUTH_TOKEN: `${AUTH_TOKEN},${OTHER_ACCOUNT}=${OTHER_TOKEN}`,
    },
    post: { authToken: OTHER_TOKEN, signedUrl: PUBLIC_URL + path },
    says: [
      `It was signed with the token that is bound to ${OTHER_ACCOUNT} but names ${ACCOUNT_SID}.`,
      `TWILIO_WEBHOOK_AUTH_TOKEN=${ACCOUNT_SID}=…`,
    ],
  },
  "quotes around the token": {
    env: { PUBLIC_URL, TWILIO_WEBHOOK_AUTH_TOKEN: `"${AUTH_TOKEN}"` },
    post: { signedUrl: PUBLIC_URL + path },
    says: [
      "The configured token is in quotes or has other characters around it.",
      "Write only the token in TWILIO_WEBHOOK_AUTH_TOKEN, and restart",
    ],
  },
  "white space in the token": {
    env: { PUBLIC_URL },
    post: { authToken: `${AUTH_TOKEN}\n`, signedUrl: PUBLIC_URL + path },
    says: [
      "The program that signed it has white space or quotes around the token.",
    ],
  },
  "a shared key that isn't configured": {
    env: { PUBLIC_URL, TWILIO_WEBHOOK_SHARED_KEYS: `${KEY_ID}=${KEY}` },
    post: byKey(OTHER_KEY, `key=${OTHER_KEY_ID},algorithm=HMAC_SHA256`),
    says: [
      `It says that the shared key ${OTHER_KEY_ID} signed it, which isn’t configured.`,
      `TWILIO_WEBHOOK_SHARED_KEYS=…,${OTHER_KEY_ID}=…`,
    ],
  },
  "a shared key, but none is configured": {
    env: { PUBLIC_URL },
    post: byKey(OTHER_KEY, `key=${OTHER_KEY_ID},algorithm=HMAC_SHA256`),
    says: [
      `It says that the shared key ${OTHER_KEY_ID} signed it, which isn’t configured.`,
    ],
  },
  "a shared key with another secret": {
    env: { PUBLIC_URL, TWILIO_WEBHOOK_SHARED_KEYS: `${KEY_ID}=${KEY}` },
    post: byKey(OTHER_KEY, `key=${KEY_ID},algorithm=HMAC_SHA256`),
    says: [
      `none of the secrets configured for that key produces this signature`,
      "Compare the secret with the one that Twilio returned",
    ],
  },
  "a shared key under another ID": {
    env: { PUBLIC_URL, TWILIO_WEBHOOK_SHARED_KEYS: `${KEY_ID}=${KEY}` },
    post: byKey(KEY, `key=${OTHER_KEY_ID},algorithm=HMAC_SHA256`),
    says: [
      `It names ${OTHER_KEY_ID} but was signed with the secret that is configured for ${KEY_ID}.`,
      `TWILIO_WEBHOOK_SHARED_KEYS=${OTHER_KEY_ID}=…`,
    ],
  },
  "an unknown algorithm": {
    env: { PUBLIC_URL, TWILIO_WEBHOOK_SHARED_KEYS: `${KEY_ID}=${KEY}` },
    post: byKey(OTHER_KEY, `key=${KEY_ID},algorithm=HMAC_SHA512`),
    says: [
      `It says that the shared key ${KEY_ID} signed it with an algorithm that this version doesn’t know.`,
      "or upgrade smsledger",
    ],
  },
  "a different algorithm than the header names": {
    env: { PUBLIC_URL, TWILIO_WEBHOOK_SHARED_KEYS: `${KEY_ID}=${KEY}` },
    post: byKey(KEY, `key=${KEY_ID},algorithm=HMAC_SHA1`),
    says: [
      `Your shared key ${KEY_ID} signed it with another algorithm than the one that it names.`,
    ],
  },
  "a shared key with SHA-256, without the header that names it": {
    env: { PUBLIC_URL, TWILIO_WEBHOOK_SHARED_KEYS: `${KEY_ID}=${KEY}` },
    post: byKey(KEY),
    says: [
      `Your shared key ${KEY_ID} signed it, but the header that says so, X-Twilio-Webhooks-Signature-Settings, didn’t arrive.`,
      "Configure the proxy to pass the X-Twilio-Webhooks-Signature-Settings header",
    ],
  },
  "a shared key with SHA-1, without the header that names it": {
    env: { PUBLIC_URL, TWILIO_WEBHOOK_SHARED_KEYS: KEY },
    post: { authToken: KEY, signedUrl: PUBLIC_URL + path },
    says: [
      "One of your shared keys signed it, but the header that says so, X-Twilio-Webhooks-Signature-Settings, didn’t arrive.",
    ],
  },
  "a shared key for another address": {
    env: { PUBLIC_URL, TWILIO_WEBHOOK_SHARED_KEYS: KEY },
    post: {
      ...byKey(KEY, `key=${KEY_ID},algorithm=HMAC_SHA256`),
      signedUrl: `http://sms.example.com${path}`,
    },
    says: ["It was signed for http but checked as https."],
  },
  "a shared key that is configured as an auth token": {
    env: { PUBLIC_URL, TWILIO_WEBHOOK_AUTH_TOKEN: KEY },
    post: byKey(KEY, `key=${KEY_ID},algorithm=HMAC_SHA256`),
    says: [
      "A shared key signed it, but the key’s secret is configured as an auth token.",
      `TWILIO_WEBHOOK_SHARED_KEYS=${KEY_ID}=…`,
    ],
  },
  "the auth token, but only shared keys are configured": {
    env: {
      PUBLIC_URL,
      TWILIO_WEBHOOK_AUTH_TOKEN: "",
      TWILIO_WEBHOOK_SHARED_KEYS: `${KEY_ID}=${KEY}`,
    },
    post: { signedUrl: PUBLIC_URL + path },
    says: [
      "It arrived without the X-Twilio-Webhooks-Signature-Settings header: either an auth token signed it",
      "TWILIO_WEBHOOK_AUTH_TOKEN=…",
    ],
  },
  "an unknown token": {
    env: { PUBLIC_URL },
    post: { authToken: OTHER_TOKEN, signedUrl: PUBLIC_URL + path },
    says: [
      "None of your tokens or keys produces this signature, for this address",
      "It’s in Twilio’s format, so the configured auth token is probably wrong.",
      `Compare TWILIO_WEBHOOK_AUTH_TOKEN with the auth token that the Twilio Console shows for ${ACCOUNT_SID}.`,
    ],
  },
};

test.each(Object.entries(SITUATIONS))(
  "the pages name the problem and what to do: %s",
  async (_, { env = {}, post: { params = {}, ...options }, says }) => {
    await using server = await startServer(env);
    expect((await server.twilio.post(params, options)).status).toBe(403);
    const [row] = await kept(server.store);
    expect(row).toMatchObject({
      check: "signature",
      channel: "sms",
      isFixable: true,
      address: "127.0.0.1",
    });
    const page = await get(`${server.origin}/refusals/${row?.id}`);
    expect(page.status).toBe(200);
    for (const words of says) expect(page.text).toContain(words);
    const list = await get(`${server.origin}/refusals`);
    expect(list.text).toContain(says[0] ?? "");
    expect(linksIn(list).at(-1)).toEndWith(`/refusals/${row?.id}`);
    for (const text of [page.text, list.text]) {
      expect(text).not.toContain(AUTH_TOKEN);
      for (const secret of [OTHER_TOKEN, KEY, OTHER_KEY])
        expect(text).not.toContain(secret);
      expect(text).not.toContain("4155550123");
    }
  },
);

type Sent = {
  readonly method?: string;
  readonly query?: string;
  readonly body?: string;
  /** The signed body, if it differs from the one that is sent. */
  readonly signedBody?: string;
  readonly authToken?: string;
  readonly signed?: boolean;
  readonly contentType?: string;
};

const FORM = `MessageSid=SM${"1".repeat(32)}&MessageStatus=sent&AccountSid=${ACCOUNT_SID}`;

/** Posts a valid form to the SMS route, byte for byte, except for the given options. */
function send(
  origin: string,
  {
    method = "POST",
    query = "",
    body = FORM,
    signedBody = body,
    authToken = AUTH_TOKEN,
    signed = true,
    contentType = FORM_TYPE,
  }: Sent,
): Promise<Response> {
  const headers = new Headers({ "content-type": contentType });
  if (signed)
    headers.set(
      "x-twilio-signature",
      signatureOf(PUBLIC_URL + path + query, signedBody, authToken),
    );
  const hasBody = method !== "GET";
  return fetch(origin + path + query, {
    method,
    headers,
    ...(hasBody && { body }),
  });
}

type Refused = {
  readonly env?: Record<string, string>;
  readonly sent: Sent;
  readonly status: number;
  readonly isFixable: boolean;
  readonly says: readonly string[];
};

const REFUSED: Record<string, Refused> = {
  "a plus sign that arrived as a space": {
    sent: {
      body: `${FORM}&To=+14155550123`,
      signedBody: `${FORM}&To=%2B14155550123`,
    },
    status: 403,
    isFixable: true,
    says: ["Plus signs in the body arrived as spaces."],
  },
  "an empty value that wasn't signed": {
    sent: { body: `${FORM}&Note=`, signedBody: FORM },
    status: 403,
    isFixable: true,
    says: ["The body was changed after it was signed"],
  },
  "a body that didn't arrive": {
    sent: { body: "", signedBody: FORM },
    status: 403,
    isFixable: false,
    says: [
      "Its body is empty, which Twilio’s never is",
      "configure the proxy to pass the body on",
    ],
  },
  "a signature of JSON, sent as a form": {
    sent: { query: "?bodySHA256=ab", signedBody: "" },
    status: 403,
    isFixable: true,
    says: [
      "Its address was signed with a hash of the body, as Twilio signs JSON.",
    ],
  },
  "JSON that Twilio signed": {
    sent: {
      query: "?bodySHA256=ab",
      signedBody: "",
      body: "{}",
      contentType: "application/json",
    },
    status: 415,
    isFixable: true,
    says: ["Twilio signed it, but its body isn’t a form."],
  },
  "JSON that nobody signed": {
    sent: { body: "{}", contentType: "application/json", signed: false },
    status: 415,
    isFixable: false,
    says: ["Its body isn’t a form, so it isn’t a Twilio callback."],
  },
  "a form that a relay turned into JSON": {
    sent: {
      signedBody: `${FORM}&ErrorCode=30003`,
      body: JSON.stringify({
        ...Object.fromEntries(new URLSearchParams(FORM)),
        ErrorCode: 30003,
      }),
      contentType: "application/json",
    },
    status: 415,
    isFixable: true,
    says: [
      "Twilio signed this form, but something on the way turned it into JSON",
      "Configure whatever is between Twilio and smsledger (a relay, gateway,",
    ],
  },
  "a form that a relay forwarded as text": {
    sent: { contentType: "text/plain" },
    status: 415,
    isFixable: true,
    says: [
      "Twilio signed this form, but something on the way turned it into JSON",
    ],
  },
  "JSON with a signature that nothing explains": {
    sent: { signedBody: "a=1", body: "[]", contentType: "application/json" },
    status: 415,
    isFixable: false,
    says: [
      ": either a callback that was changed on the way, or a forged request.",
    ],
  },
  "GET after a redirect, signed for the last address": {
    sent: { method: "GET", query: `?${FORM}`, signedBody: "" },
    status: 405,
    isFixable: true,
    says: [
      "Twilio’s callback arrived with GET.",
      "A redirect turns Twilio’s POST into a GET and drops the form.",
      "In Twilio, use a callback URL that isn’t redirected: with https://,",
    ],
  },
  "GET after a redirect, signed for the first address": {
    sent: { method: "GET", signedBody: FORM },
    status: 405,
    isFixable: false,
    says: [
      "A redirect turns Twilio’s POST into a GET and drops the form.",
      "In Twilio, use a callback URL that isn’t redirected: with https://,",
    ],
  },
  "PUT by a relay": {
    sent: { method: "PUT" },
    status: 405,
    isFixable: true,
    says: ["Twilio always posts, so something on the way changes the method."],
  },
  "GET by a browser": {
    sent: { method: "GET", signed: false },
    status: 405,
    isFixable: false,
    says: ["Someone called with GET, for example with a browser or a scanner."],
  },
  "too many parameters": {
    sent: { body: `${FORM}${"&a=1".repeat(100)}` },
    status: 413,
    isFixable: false,
    says: ["The body has more than 100 parameters.", "No action needed."],
  },
  "an oversized body": {
    sent: { body: "x".repeat(70_000) },
    status: 413,
    isFixable: false,
    says: ["The body is larger than 64 KiB."],
  },
  "no auth token set": {
    env: { TWILIO_WEBHOOK_AUTH_TOKEN: "" },
    sent: {},
    status: 503,
    isFixable: true,
    says: ["No auth token was set, so it couldn’t be verified."],
  },
  "no auth token set, and no signature": {
    env: { TWILIO_WEBHOOK_AUTH_TOKEN: "" },
    sent: { signed: false },
    status: 503,
    isFixable: false,
    says: ["No auth token was set"],
  },
  "no signature, but an account that may be yours": {
    sent: { signed: false },
    status: 403,
    isFixable: true,
    says: ["If Twilio sent it, a proxy removes the X-Twilio-Signature header:"],
  },
  "no signature, and no account": {
    sent: { signed: false, body: "a=1" },
    status: 403,
    isFixable: false,
    says: ["It has no signature, so it isn’t from Twilio."],
  },
  "a stranger's account": {
    env: { TWILIO_WEBHOOK_AUTH_TOKEN: `${OTHER_ACCOUNT}=${AUTH_TOKEN}` },
    sent: { authToken: OTHER_TOKEN },
    status: 403,
    isFixable: false,
    says: [
      "It names an account that isn’t known as yours.",
      `TWILIO_WEBHOOK_AUTH_TOKEN=…,${ACCOUNT_SID}=…`,
    ],
  },
  "a malformed field with a valid signature": {
    sent: { body: "MessageSid=1&MessageStatus=sent" },
    status: 400,
    isFixable: true,
    says: [
      "It’s signed with one of your tokens or keys, but it isn’t a status callback in Twilio’s format.",
    ],
  },
};

test.each(Object.entries(REFUSED))(
  "every refusal is kept, and distinguished from noise: %s",
  async (_, { env = {}, sent, status, isFixable, says }) => {
    await using server = await startServer({ PUBLIC_URL, ...env });
    expect((await send(server.origin, sent)).status).toBe(status);
    const [row] = await kept(server.store);
    expect(row).toMatchObject({ status, isFixable, times: 1 });
    const page = await get(`${server.origin}/refusals/${row?.id}`);
    for (const words of says) expect(page.text).toContain(words);
    const overview = await get(`${server.origin}/`);
    expect(
      overview.text.includes("1 callback was refused in the last hour"),
    ).toBe(isFixable);
  },
);

test("a malformed signature is reported as such", async () => {
  await using server = await startServer({ PUBLIC_URL });
  const headers = { "content-type": FORM_TYPE, "x-twilio-signature": "x, y" };
  await fetch(server.origin + path, { method: "POST", headers, body: FORM });
  const [row] = await kept(server.store);
  const page = await get(`${server.origin}/refusals/${row?.id}`);
  expect(page.text).toContain(
    "Its X-Twilio-Signature isn’t in Twilio’s format: 28 characters, or 44",
  );
  expect(page.text).toContain(
    "If Twilio sent it, something on the way changes the",
  );
  expect(page.text).not.toContain("TWILIO_WEBHOOK_AUTH_TOKEN");
});

test("refusals that the disk couldn't store are reported once it can", async () => {
  await using server = await startServer();
  const { databaseUrl } = server.config;
  await rename(databaseUrl, `${databaseUrl}.away`);
  expect((await server.twilio.post()).status).toBe(503);
  await until(async () => {
    const page = await get(`${server.origin}/refusals`);
    expect(page.text).toContain("1 refused callback</b> of the last hour");
  });
  await rename(`${databaseUrl}.away`, databaseUrl);
});

test("once one account is known, others are strangers", async () => {
  await using server = await startServer();
  expect((await server.twilio.post()).status).toBe(200);
  const AccountSid = OTHER_ACCOUNT;
  await server.twilio.post({ AccountSid }, { authToken: OTHER_TOKEN });
  const [first] = await kept(server.store);
  expect(first).toMatchObject({ standing: "strange", isFixable: false });
});

test("the origin is what a trusted proxy reports, and nobody else", async () => {
  for (const [trusted, address, proxy] of [
    ["127.0.0.0/8", "198.51.100.7", "127.0.0.1"],
    ["10.0.0.0/8", "127.0.0.1", null],
  ] as const) {
    await using server = await startServer({ TRUSTED_PROXIES: trusted });
    const headers = { "x-forwarded-for": "203.0.113.1, 198.51.100.7" };
    await server.twilio.post({}, { authToken: OTHER_TOKEN, headers });
    const [row] = await kept(server.store);
    expect([row?.address, row?.proxy]).toEqual([address, proxy]);
  }
});

test.each([
  ["markup", "<b>webhooks_sharedkey_1</b>"],
  ["a number", "+14155550123"],
  ["an overlong ID", `webhooks_sharedkey_${"1".repeat(65)}`],
  ["a foreign word", "sharedkey_zq7"],
])("a shared key's ID is shown only if it's valid: %s", async (_, id) => {
  await using server = await startServer({ PUBLIC_URL });
  const post = byKey(OTHER_KEY, `key=${id},algorithm=${id}`);
  expect((await server.twilio.post({}, post)).status).toBe(403);
  const [row] = await kept(server.store);
  const { text } = await get(`${server.origin}/refusals/${row?.id}`);
  expect(text).toContain("It says that a shared key signed it");
  expect(text).not.toContain(id);
  expect(JSON.stringify(row)).not.toContain(id);
});

test("without any token or key, a callback that names a shared key is told which setting is missing", async () => {
  await using server = await startServer({ TWILIO_WEBHOOK_AUTH_TOKEN: "" });
  const post = byKey(OTHER_KEY, `key=${OTHER_KEY_ID}`);
  expect((await server.twilio.post({}, post)).status).toBe(503);
  const [row] = await kept(server.store);
  const { text } = await get(`${server.origin}/refusals/${row?.id}`);
  expect(text).toContain("no shared key was set");
  expect(text).toContain("TWILIO_WEBHOOK_SHARED_KEYS=webhooks_sharedkey_…=…");
});
