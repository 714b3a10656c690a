import type { BlockList } from "node:net";
import { isTrustedProxy } from "../account/peer.ts";

/** What the address that Twilio signed is built from. */
export type Addressed = {
  /** As the server reports it: normalised by the URL standard, so not to the letter what arrived. */
  readonly requestUrl: string;
  readonly headers: Headers;
  /** The other end of the connection; asked for only when it matters. */
  readonly peer: () => string | undefined;
};

export type SignedUrlSettings = {
  readonly publicUrl: string | undefined;
  readonly trustedProxies: BlockList | undefined;
};

/**
 * The URLs that a callback may have been signed for, likeliest first: `publicUrl` and
 * the path and query as they arrived, or without it the connection's own address,
 * where forwarding headers count only from a trusted proxy. `Host` has no say when
 * `publicUrl` is set.
 */
export function signedUrls(
  settings: SignedUrlSettings,
  route: string,
  addressed: Addressed,
): string[] {
  const { base, path, queries } = signedAddress(settings, route, addressed);
  return queries.map((query) => base + path + query);
}

/** An address that may have been signed, in its parts. */
export type SignedAddress = {
  /** Scheme, host and base path, without a slash at the end. */
  readonly base: string;
  /** The route, with a slash at the end if one arrived. */
  readonly path: string;
  /** Each with its question mark, or "". */
  readonly queries: readonly string[];
};

/** The same as `signedUrls`, in parts. */
export function signedAddress(
  settings: SignedUrlSettings,
  route: string,
  addressed: Addressed,
): SignedAddress {
  const query = queryOf(addressed.requestUrl);
  const base = settings.publicUrl ?? connectionOrigin(settings, addressed);
  // The router takes a slash at the end for the same route, but it is signed.
  const slash = addressed.requestUrl.endsWith(
    "/",
    addressed.requestUrl.length - query.length,
  )
    ? "/"
    : "";
  return { base, path: route + slash, queries: rawQueries(query) };
}

/** The query with its question mark, or "". */
export function queryOf(requestUrl: string): string {
  const start = requestUrl.indexOf("?");
  return start === -1 ? "" : requestUrl.slice(start);
}

function connectionOrigin(
  settings: SignedUrlSettings,
  { headers, peer }: Addressed,
): string {
  const trusted =
    settings.trustedProxies !== undefined && isTrustedProxy(settings, peer());
  const forwarded = (name: string): string | undefined =>
    trusted ? headers.get(name)?.split(",")[0]?.trim() || undefined : undefined;
  const scheme =
    forwarded("x-forwarded-proto")?.toLowerCase() === "https"
      ? "https"
      : "http";
  return `${scheme}://${forwarded("x-forwarded-host") ?? headers.get("host") ?? ""}`;
}

/**
 * What the server escapes in a query when it normalises the request's URL, by kind.
 * Lower-case hex digits cannot come from it.
 */
const ESCAPED_BY_SERVER: readonly RegExp[] = [
  /%27/g,
  /%22|%3C|%3E/g,
  /(?:%[C-F][0-9A-F](?:%[89AB][0-9A-F])+)+/g,
];

/**
 * The queries that may have arrived, given how the server reports one. Twilio signs
 * the characters it sends, `'` among them, but the server reports them escaped, the
 * same as if they had been sent so. Each kind is taken as escaped or as not: senders
 * do not mix the two.
 */
export function rawQueries(query: string): string[] {
  let queries = [query];
  if (!query.includes("%")) return queries;
  for (const kind of ESCAPED_BY_SERVER) {
    if (query.search(kind) === -1) continue;
    queries = queries.flatMap((each) => [each, each.replace(kind, unescaped)]);
  }
  return queries;
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
