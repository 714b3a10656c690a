import { createHmac, timingSafeEqual } from "node:crypto";
import {
  parse as parseQuerystring,
  stringify as stringifyQuerystring,
} from "node:querystring";
import type { FormParams } from "./form.ts";

/** Auth tokens sign with SHA-1, shared keys with either. */
export type Algorithm = "sha1" | "sha256";

/** Length of the base64 HMAC, in characters. */
const SIGNATURE_LENGTH: Record<Algorithm, number> = { sha1: 28, sha256: 44 };

/**
 * Returns the base64 HMAC of `url` and the sorted `params`, the way Twilio signs a form
 * post. `secret` is an auth token or a shared key's secret. Names sort by UTF-16 code
 * unit; a repeated name contributes each distinct value once.
 * Source: twilio.com/docs/usage/webhooks/webhooks-security; verdicts match twilio-node 6.3.1.
 */
export function sign(
  secret: string,
  url: string,
  params: FormParams,
  algorithm: Algorithm = "sha1",
): string {
  return hmac(algorithm, secret, url + signedParams(params));
}

/** Whether a signature is that of a text: a URL and `signedParams`. Compared in constant time. */
export function isSignatureOf(
  signature: Buffer,
  secret: string,
  text: string,
  algorithm: Algorithm,
): boolean {
  const expected = Buffer.from(hmac(algorithm, secret, text));
  return (
    signature.length === expected.length && timingSafeEqual(signature, expected)
  );
}

/**
 * Returns the first of `secrets` (auth tokens or shared keys' secrets) that explains
 * `signature` for one of `urls` and `params`, or undefined. Each URL is tried in the six
 * forms that twilio-node 6.3.1 tries: as it is, then as `new URL()` normalizes it, then
 * with the query re-encoded the legacy way, each without its port and with it (or the
 * scheme's own). A URL that doesn't parse matches only as it is. `queries` are other
 * spellings of the URLs' query, tried only as they are. Compared in constant time.
 */
export function findSigningToken(
  secrets: readonly string[],
  signature: string,
  urls: readonly string[],
  params: FormParams,
  algorithm: Algorithm = "sha1",
  queries: Iterable<string> = [],
): string | undefined {
  const given = Buffer.from(signature);
  if (secrets.length === 0 || given.length !== SIGNATURE_LENGTH[algorithm])
    return undefined;
  const text = signedParams(params);
  const signing = (form: string): string | undefined => {
    const data = form + text;
    return secrets.find((each) => isSignatureOf(given, each, data, algorithm));
  };
  // Nearly every callback is proven by the first form, so the others are made one by one.
  for (const url of urls) {
    const token = signing(withoutPort(url)) ?? signing(withPort(url));
    if (token !== undefined) return token;
  }
  let starts: readonly string[] | undefined;
  for (const query of queries) {
    starts ??= urls.flatMap(startsOf);
    for (const start of starts) {
      const token = signing(start + query);
      if (token !== undefined) return token;
    }
  }
  for (const form of new Set(urls.flatMap(normalizedForms))) {
    const token = signing(form);
    if (token !== undefined) return token;
  }
  return undefined;
}

function hmac(algorithm: Algorithm, secret: string, data: string): string {
  return createHmac(algorithm, secret).update(data).digest("base64");
}

/** The part of the signed text after the URL: names and values without any delimiter. */
export function signedParams(params: FormParams): string {
  const sorted = params.toSorted((a, b) =>
    a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0,
  );
  let text = "";
  for (let i = 0; i < sorted.length; i++) {
    const param = sorted[i];
    if (param === undefined) break;
    const name = param[0];
    if (sorted[i + 1]?.[0] !== name) {
      text += name + param[1];
      continue;
    }
    const values = new Set([param[1]]);
    while (sorted[i + 1]?.[0] === name) values.add(sorted[++i]?.[1] ?? "");
    for (const each of [...values].toSorted()) text += name + each;
  }
  return text;
}

/** A URL without its query, without its port and with it. */
function startsOf(url: string): string[] {
  const start = url.split("?", 1)[0] ?? "";
  return [withoutPort(start), withPort(start)];
}

function normalizedForms(url: string): string[] {
  const normalized = URL.parse(url)?.toString();
  if (normalized === undefined) return [];
  const forms = [withoutPort(normalized), withPort(normalized)];
  return [...forms, ...forms.map(withLegacyQuery)];
}

type UrlParts = {
  /** Scheme and user info. */
  readonly before: string;
  readonly scheme: string;
  readonly host: string;
  /** With its colon; "" for none. */
  readonly port: string;
  /** Path, query and fragment. */
  readonly rest: string;
};

/**
 * Cuts a URL without normalising it, so that path and query keep the characters
 * that were signed. The colon of a port comes after an IPv6 literal's bracket.
 */
function cutUrl(url: string): UrlParts | undefined {
  const [scheme] = SCHEME.exec(url) ?? [];
  if (scheme === undefined) return undefined;
  const length = url.slice(scheme.length).search(AUTHORITY_END);
  const restStart = length === -1 ? url.length : scheme.length + length;
  const hostStart = Math.max(
    scheme.length,
    url.lastIndexOf("@", restStart - 1) + 1,
  );
  const hostAndPort = url.slice(hostStart, restStart);
  const colon = hostAndPort.indexOf(":", hostAndPort.lastIndexOf("]") + 1);
  const hostEnd = colon === -1 ? hostAndPort.length : colon;
  return {
    before: url.slice(0, hostStart),
    scheme,
    host: hostAndPort.slice(0, hostEnd),
    port: hostAndPort.slice(hostEnd),
    rest: url.slice(restStart),
  };
}

const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;
const AUTHORITY_END = /[/?#]/;

function withoutPort(url: string): string {
  const parts = cutUrl(url);
  if (!parts || parts.port === "") return url;
  return parts.before + parts.host + parts.rest;
}

function withPort(url: string): string {
  const parts = cutUrl(url);
  if (!parts || parts.port !== "") return url;
  const port = parts.scheme.toLowerCase() === "https://" ? ":443" : ":80";
  return parts.before + parts.host + port + parts.rest;
}

/** Back ends at Twilio once signed the query as Node's `querystring` writes it. */
function withLegacyQuery(url: string): string {
  const start = url.indexOf("?");
  if (start === -1 || start === url.length - 1) return url;
  return `${url.slice(0, start)}?${stringifyQuerystring(parseQuerystring(url.slice(start + 1)))}`;
}
