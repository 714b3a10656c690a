import { isIP } from "node:net";
import { maskNumbersIn, maskRecipientIn } from "../phone/mask-numbers.ts";
import { digitsInPlace } from "../phone/pasted-text.ts";
import type { SentRequest } from "../store/refusals.ts";
import { parseForm, type FormParams } from "../twilio/form.ts";
import { queryOf } from "../receiver/signed-urls.ts";
import type { Posted } from "../receiver/refusal-answer.ts";
import { authorityIn } from "./origin-variants.ts";

/** The maximum characters stored of a body, a query, a header, and a URL. */
const BODY_CHARS_MAX = 2_048;
const QUERY_CHARS_MAX = 512;
const HEADER_CHARS_MAX = 160;
const URL_CHARS_MAX = 512;
/** How much more of a cut text is read, so that no number is cut before it's masked. */
const BEYOND_CUT = 64;
/** Longer than any carefully written number. */
const OWN_NUMBER_CHARS_MAX = 40;

/** Headers that help to understand a refusal; the signature itself doesn't help anyone. */
const HEADERS_KEPT = [
  "host",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-forwarded-port",
  "x-forwarded-prefix",
  "content-type",
  "user-agent",
];

/** Returns what is stored of a request: masked, cut, without anything that could change how a page displays. */
export function sentRequest(
  method: string,
  requestUrl: string,
  headers: Headers,
  posted: Posted | undefined,
): SentRequest {
  const all = posted?.params ?? [];
  const own = ["To", "From"].map(
    (wanted) =>
      all
        .find(([name]) => name === wanted)?.[1]
        .slice(0, OWN_NUMBER_CHARS_MAX) ?? null,
  );
  const params = cutPairs(all, BODY_CHARS_MAX, own);
  const query = cutPairs(
    parseForm(queryOf(requestUrl).slice(1)).params,
    QUERY_CHARS_MAX,
    own,
  );
  return {
    method: harmless(method).slice(0, 20),
    headers: HEADERS_KEPT.flatMap((name) => {
      const value = headers.get(name);
      if (value === null) return [];
      return [[name, maskedHeader(name, value, own)] as const];
    }),
    query: query.pairs,
    params: posted === undefined ? null : params.pairs,
    bodyBytes: posted?.bodyBytes ?? null,
    isCut: params.isCut || query.isCut,
  };
}

/** Masks a URL or a path without its query; a host that is an IP address stays. */
export function maskedUrl(url: string): string {
  const [, scheme = "", authority = "", rest = ""] =
    /^(?:(https?:\/\/)([^/?#]*))?(.*)$/is.exec(url) ?? [];
  const path = harmless(maskNumbersIn(rest, [], "sure"));
  return (scheme + maskedAuthority(authority) + path).slice(0, URL_CHARS_MAX);
}

function maskedHeader(
  name: string,
  value: string,
  own: readonly (string | null)[],
): string {
  if (name === "host" || name === "x-forwarded-host")
    return maskedAuthority(value.slice(0, HEADER_CHARS_MAX));
  return shown(value, HEADER_CHARS_MAX, own);
}

function maskedAuthority(text: string): string {
  const { host, port } = authorityIn(text) ?? { host: text, port: "" };
  const isAddress = isIP(host.replace(/^\[|\]$/g, "")) !== 0;
  const masked = isAddress ? host : shown(host, HEADER_CHARS_MAX, []);
  return masked + (port && `:${port}`);
}

/** Returns as many pairs as fit; the last one is cut. */
function cutPairs(
  pairs: FormParams,
  charsMax: number,
  own: readonly (string | null)[],
): { readonly pairs: FormParams; readonly isCut: boolean } {
  const kept: [string, string][] = [];
  let left = charsMax;
  let isCut = false;
  for (const pair of pairs) {
    if (left <= 0) return { pairs: kept, isCut: true };
    const [name, value] = pair.map((text): string => {
      const part = shown(text, left, own);
      isCut ||= text.length > left;
      left -= part.length;
      return part;
    });
    kept.push([name ?? "", value ?? ""]);
  }
  return { pairs: kept, isCut };
}

/** Returns at most `charsMax` characters of a text, masked and harmless. */
function shown(
  text: string,
  charsMax: number,
  own: readonly (string | null)[],
): string {
  const lookedAt = Math.max(0, charsMax) + BEYOND_CUT;
  const start =
    text.length > lookedAt ? withoutLastDigits(text.slice(0, lookedAt)) : text;
  const masked = harmless(maskedThrough(start, own));
  // Half a surrogate pair isn't a character.
  return masked.slice(0, Math.max(0, charsMax)).replace(/[\ud800-\udbff]$/, "");
}

/** Removes everything after the last letter, which may be half a number. */
function withoutLastDigits(text: string): string {
  let end = text.length;
  const [plain] = digitsInPlace(text);
  while (end > 0 && !/\p{L}/u.test(plain.charAt(end - 1))) end--;
  return text.slice(0, end);
}

/** Masks numbers, also in text that is escaped once or twice more. */
function maskedThrough(text: string, own: readonly (string | null)[]): string {
  let plain = text;
  for (let depth = 0; depth < 3; depth++) {
    const [recipient = null] = own;
    const masked = maskNumbersIn(maskRecipientIn(plain, recipient), own);
    if (masked !== plain) return masked;
    if (!/%[0-9a-f]{2}/i.test(plain)) return text;
    plain =
      parseForm(`=${plain.replaceAll(/[&=]/g, encodeURIComponent)}`)
        .params[0]?.[1] ?? "";
  }
  return text;
}

/**
 * Replaces control characters, and those that change the text direction, with visible
 * signs: pages and terminals show what was sent without acting on it.
 */
export function harmless(text: string): string {
  return text.replaceAll(
    /\p{Cc}|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu,
    (sign) => {
      const code = sign.charCodeAt(0);
      return code < 0x20 ? String.fromCharCode(0x2400 + code) : "\ufffd";
    },
  );
}
