/**
 * Parses the settings for Twilio's API. Each function throws an Error whose message completes
 * "NAME: …" and doesn't repeat the text.
 */
import { isIP } from "node:net";
import { isLoopback } from "./setting-values.ts";
import { canonicalSid } from "../twilio/sid.ts";

/** How to read an account's messages and configuration from Twilio. */
export type TwilioApi = {
  readonly accountSid: string;
  /** `SK` and 32 hex digits. */
  readonly key: string;
  readonly secret: string;
  /** Scheme, host and port, without a slash at the end. */
  readonly url: string;
};

/** The SID of an API key. */
export function apiKey(text: string): string {
  const sid = text.trim();
  if (/^AC/i.test(sid))
    throw new Error(
      "is an account SID; create an API key in the Twilio Console, and give its SID, which begins with SK",
    );
  return sidOf("SK", sid);
}

/** The SID of an account. */
export function accountSid(text: string): string {
  return sidOf("AC", text.trim());
}

/** The secret of an API key. */
export function apiSecret(text: string): string {
  const secret = text.trim();
  if (!/^[\x21-\x7e]{1,200}$/.test(secret))
    throw new Error(
      "has white space or other characters that the secret of an API key can't have",
    );
  return secret;
}

/** The origin of Twilio's API, or of what stands in for it on this machine. */
export function apiUrl(text: string): string {
  const given = text.trim();
  const url = URL.parse(given);
  if (!url || !/^https?:\/\//i.test(given))
    throw new Error("must start with https://, as https://api.twilio.com");
  if (url.username !== "" || url.password !== "")
    throw new Error("can't contain a user name or password");
  if (url.pathname !== "/" || /[?#]/.test(given))
    throw new Error(
      "must be only a host and perhaps a port, as https://api.dublin.ie1.twilio.com",
    );
  if (url.protocol === "http:" && !isThisMachine(url))
    throw new Error(
      "must start with https://, as the secret of the API key is sent there",
    );
  return url.origin;
}

function isThisMachine({ hostname }: URL): boolean {
  const host = hostname.replace(/^\[|\]$/g, "");
  return host === "localhost" || (isIP(host) !== 0 && isLoopback(host));
}

function sidOf(kind: "AC" | "SK", text: string): string {
  const sid = canonicalSid(text);
  if (!new RegExp(`^${kind}[0-9a-f]{32}$`).test(sid))
    throw new Error(`must be ${kind} and 32 hexadecimal digits`);
  return sid;
}
