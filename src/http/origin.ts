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
 * Whether a browser sends this from a page of ours, or from no page at all, as when a
 * user types the address. Browsers say so in `Sec-Fetch-Site`; where they do not, as on
 * plain http, in `Origin`, which is to be PUBLIC_URL's or the request's own host. The
 * scheme of the own host is not compared: a proxy may have changed it.
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
 * Whether the browser is known to have the page over https: as a trusted proxy says, or
 * as PUBLIC_URL does where the request came under its name.
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

/** The same for a form from a page of ours, of which the browser itself says where it comes from. */
export function isFormOverHttps(
  settings: OriginSettings,
  arrived: Arrived,
): boolean {
  const isSaid = arrived.headers.get("origin")?.startsWith("https://");
  return isSaid === true || isHttps(settings, arrived);
}

/** The host that was asked, in small letters, without the scheme's usual port. */
function hostOf(headers: Headers, protocol: string): string | undefined {
  return URL.parse(`${protocol}//${headers.get("host") ?? ""}`)?.host;
}

/** The headers of a request and the other end of its connection. */
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
