import type { Server } from "bun";
import { isTrustedProxy, type ProxySettings } from "./peer.ts";

export type OriginSettings = ProxySettings & {
  readonly publicUrl: string | undefined;
};

/** A request, and the other end of its connection. */
export type Arrived = {
  readonly headers: Headers;
  readonly peer: string | undefined;
};

/**
 * Reports whether a browser sent this from one of our pages, or from no page at all, for
 * example because a user typed the address. Browsers say so in `Sec-Fetch-Site`; if they
 * don't, as over plain http, in `Origin`, which must be PUBLIC_URL's or the request's own
 * host. The scheme of the own host isn't compared: a proxy may have changed it.
 */
export function isFromOwnPage(
  { publicUrl }: Pick<OriginSettings, "publicUrl">,
  headers: Headers,
): boolean {
  const site = headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin" || site === "none";
  const origin = URL.parse(headers.get("origin") ?? "");
  if (origin === null) return false;
  return (
    origin.host === hostOf(headers, origin.protocol) ||
    (publicUrl !== undefined && origin.origin === new URL(publicUrl).origin)
  );
}

/**
 * Reports whether the browser is known to have the page over https: according to a trusted
 * proxy, or to PUBLIC_URL if the request used its host name.
 */
export function isHttps(
  settings: OriginSettings,
  { headers, peer }: Arrived,
): boolean {
  const forwarded = isTrustedProxy(settings, peer)
    ? headers.get("x-forwarded-proto")?.split(",")[0]?.trim().toLowerCase()
    : undefined;
  if (forwarded !== undefined) return forwarded === "https";
  const url = URL.parse(settings.publicUrl ?? "");
  return url?.protocol === "https:" && url.host === hostOf(headers, "https:");
}

/** The same for a form from one of our pages, for which the browser itself names the origin. */
export function isFormOverHttps(
  settings: OriginSettings,
  arrived: Arrived,
): boolean {
  const isSaid = arrived.headers.get("origin")?.startsWith("https://");
  return isSaid === true || isHttps(settings, arrived);
}

/** The origin that a page was requested from, for when PUBLIC_URL isn't set. */
export function requestOrigin(request: Request): string {
  return URL.parse(request.url)?.origin ?? "";
}

/** Returns the requested host in lower case, without the scheme's default port. */
function hostOf(headers: Headers, protocol: string): string | undefined {
  return URL.parse(`${protocol}//${headers.get("host") ?? ""}`)?.host;
}

/** Returns the headers of a request and the other end of its connection. */
export function arrivedOf({
  request,
  server,
}: {
  readonly request: Request;
  readonly server: Pick<Server<unknown>, "requestIP"> | null;
}): Arrived {
  return {
    headers: request.headers,
    peer: server?.requestIP(request)?.address,
  };
}
