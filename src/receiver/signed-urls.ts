import type { BlockList } from "node:net";
import { isTrustedProxy } from "../http/peer.ts";

/** What the signed address is built from. */
export type Addressed = {
  /** As the server reports it: normalized by the URL standard, so not exactly as it arrived. */
  readonly requestUrl: string;
  readonly headers: Headers;
  /** The other end of the connection; called only if it matters. */
  readonly peer: () => string | undefined;
};

export type SignedUrlSettings = {
  readonly publicUrl: string | undefined;
  readonly trustedProxies: BlockList | undefined;
};

/** An address that may have been signed, in its parts. */
export type SignedAddress = {
  /** Scheme, host, and base path, without a trailing slash. */
  readonly base: string;
  /** The route, with a trailing slash if one arrived. */
  readonly path: string;
  /** As the server reports it, with its question mark, or "". */
  readonly query: string;
};

/**
 * Returns the address that a callback was signed for: `publicUrl` and the path and query
 * as they arrived, or without it the connection's own address, where forwarding headers
 * count only from a trusted proxy. `Host` doesn't matter if `publicUrl` is set.
 */
export function signedAddress(
  settings: SignedUrlSettings,
  route: string,
  addressed: Addressed,
): SignedAddress {
  const query = queryOf(addressed.requestUrl);
  const base = settings.publicUrl ?? connectionOrigin(settings, addressed);
  // The router ignores a trailing slash, but the signature includes it.
  const slash = addressed.requestUrl.endsWith(
    "/",
    addressed.requestUrl.length - query.length,
  )
    ? "/"
    : "";
  return { base, path: route + slash, query };
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
