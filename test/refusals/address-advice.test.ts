import { expect, test } from "bun:test";
import { WEBHOOK_PATHS } from "../../src/twilio/webhook-paths.ts";
import { get } from "../pages/page-client.ts";
import { until } from "../support/until.ts";
import { startServer } from "../support/start-server.ts";
import type { PostOptions } from "../support/twilio-client.ts";

const path = WEBHOOK_PATHS.sms;
const PUBLIC_URL = "https://sms.example.com";
const TRUSTED = { TRUSTED_PROXIES: "127.0.0.0/8" };
/** As it arrives through a proxy that reports only the host name that was called. */
const host = "sms.example.com";
const IN_TWILIO =
  "In Twilio, use the callback URL with https://, as the settings page shows it.";
const LOCAL = "It was signed for an address of this machine (localhost or";

type Case = {
  readonly env?: Record<string, string>;
  readonly post: PostOptions;
  readonly says: readonly string[];
  /** The only address setting in the advice, if any. */
  readonly publicUrl?: string;
};

const CASES: Record<string, Case> = {
  "https signed, PUBLIC_URL not set, any proxy": {
    post: { signedUrl: PUBLIC_URL + path, headers: { host } },
    says: ["It was signed for https but checked as http."],
    publicUrl: PUBLIC_URL,
  },
  "https signed, PUBLIC_URL not set, a trusted proxy that doesn't report the scheme":
    {
      env: TRUSTED,
      post: { signedUrl: PUBLIC_URL + path, headers: { host } },
      says: ["It was signed for https but checked as http."],
      publicUrl: PUBLIC_URL,
    },
  "https signed, PUBLIC_URL has http": {
    env: { PUBLIC_URL: "http://sms.example.com" },
    post: { signedUrl: PUBLIC_URL + path },
    says: ["It was signed for https but checked as http."],
    publicUrl: PUBLIC_URL,
  },
  "http signed, PUBLIC_URL has https": {
    env: { PUBLIC_URL },
    post: { signedUrl: `http://sms.example.com${path}` },
    says: ["It was signed for http but checked as https.", IN_TWILIO],
  },
  "http signed, PUBLIC_URL has https, through a trusted proxy": {
    env: { PUBLIC_URL, ...TRUSTED },
    post: {
      signedUrl: `http://sms.example.com${path}`,
      headers: { host, "x-forwarded-proto": "https" },
    },
    says: [IN_TWILIO],
  },
  "http signed, PUBLIC_URL not set, a trusted proxy that reports https": {
    env: TRUSTED,
    post: {
      signedUrl: `http://sms.example.com${path}`,
      headers: { host, "x-forwarded-proto": "https" },
    },
    says: [
      "It was signed for http but checked as https.",
      "In Twilio, use https:// instead of http:// in the callback URL.",
    ],
  },
  "http and a port signed, PUBLIC_URL has https": {
    env: { PUBLIC_URL },
    post: { signedUrl: `http://sms.example.com:8080${path}` },
    says: ["It was signed for a different port.", IN_TWILIO],
  },
  "http and another host signed, PUBLIC_URL has https": {
    env: { PUBLIC_URL },
    post: {
      signedUrl: `http://hooks.example.org${path}`,
      headers: { host: "hooks.example.org" },
    },
    says: [
      "It was signed for a different host name.",
      IN_TWILIO,
      "If PUBLIC_URL isn’t the address that Twilio should call, correct it",
    ],
    publicUrl: "https://hooks.example.org",
  },
  "http and another host signed, a trusted proxy reports https": {
    env: TRUSTED,
    post: {
      signedUrl: `http://hooks.example.org${path}`,
      headers: {
        host: "hooks.example.org",
        "x-forwarded-host": "backend.internal",
        "x-forwarded-proto": "https",
      },
    },
    says: [
      "Set PUBLIC_URL to the https:// address that Twilio should call, and",
    ],
    publicUrl: "https://hooks.example.org",
  },
  "http and another host signed, PUBLIC_URL has http": {
    env: { PUBLIC_URL: "http://sms.example.com" },
    post: {
      signedUrl: `http://hooks.example.org${path}`,
      headers: { host: "hooks.example.org" },
    },
    says: [
      "It arrived over http, which anyone on the way can read and change.",
      "It arrived over http, which anyone on the way can read and change.",
    ],
    publicUrl: "https://hooks.example.org",
  },
  "http and a port signed, PUBLIC_URL has http": {
    env: { PUBLIC_URL: "http://sms.example.com" },
    post: { signedUrl: `http://sms.example.com:8080${path}` },
    says: [
      "It arrived over http, which anyone on the way can read and change.",
      "and restart smsledger.",
    ],
  },
  "a test here, PUBLIC_URL is set": {
    env: { PUBLIC_URL: `${PUBLIC_URL}/ledger` },
    post: {},
    says: [
      LOCAL,
      "Sign PUBLIC_URL, even if you call this machine directly. smsledger",
    ],
    publicUrl: `${PUBLIC_URL}/ledger TWILIO_WEBHOOK_AUTH_TOKEN=… smsledger simulate --count 1`,
  },
  "a test here through a proxy with https, PUBLIC_URL is set": {
    env: { PUBLIC_URL },
    post: {
      signedUrl: `https://localhost:8443${path}`,
      headers: { host: "localhost:8443" },
    },
    says: [LOCAL],
    publicUrl: `${PUBLIC_URL} TWILIO_WEBHOOK_AUTH_TOKEN=… smsledger simulate --count 1`,
  },
  "a test here, a trusted proxy reports https": {
    env: TRUSTED,
    post: { headers: { "x-forwarded-proto": "https" } },
    says: [
      LOCAL,
      "Sign the exact address that you call. smsledger simulate does this if",
      "TWILIO_WEBHOOK_AUTH_TOKEN=… smsledger simulate --count 1",
    ],
  },
  "a proxy with https that is tested here, PUBLIC_URL not set": {
    post: {
      signedUrl: `https://localhost:8443${path}`,
      headers: { host: "localhost:8443" },
    },
    says: ["It was signed for https but checked as http."],
    publicUrl: "https://localhost:8443",
  },
};

test.each(Object.entries(CASES))(
  "the advice on an address is right, and never about plain HTTP: %s",
  async (_, { env = {}, post, says, publicUrl }) => {
    await using server = await startServer(env);
    expect((await server.twilio.post({}, post)).status).toBe(403);
    await until(async () => {
      const page = await get(`${server.origin}/refusals/1`);
      for (const words of says) expect(page.text).toContain(words);
      const told = [...page.text.matchAll(/PUBLIC_URL=([^<]*)/g)];
      expect(told.map(([, value]) => value)).toEqual(
        publicUrl === undefined ? [] : expect.arrayContaining([publicUrl]),
      );
      for (const [setting] of told) expect(setting).not.toMatch(/=http:/i);
      expect(page.text).not.toContain("correct the callback URL in Twilio");
    });
  },
);
