/** Headers that proxies add: a request with one of them came from elsewhere. */
const FORWARDING_HEADERS: readonly string[] = [
  "forwarded",
  "via",
  "x-real-ip",
  "x-client-ip",
  "x-cluster-client-ip",
  "x-original-forwarded-for",
  "x-original-host",
  "x-original-url",
  "x-rewrite-url",
  "x-proxyuser-ip",
  "x-arr-log-id",
  "x-azure-clientip",
  "x-envoy-external-address",
  "x-amzn-trace-id",
  "x-appengine-user-ip",
  "true-client-ip",
  "client-ip",
  "proxy-client-ip",
  "wl-proxy-client-ip",
  "cf-connecting-ip",
  "cf-connecting-ipv6",
  "cf-ray",
  "cdn-loop",
  "fastly-client-ip",
  "fly-client-ip",
  "tailscale-user-login",
];

/** `localhost`, `127.…` or `[::1]`, with or without a port. */
const LOOPBACK_HOST =
  /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

const BEHIND_PROXY =
  "This request came through a proxy. SIGN_IN is none, so a proxy must only pass on the webhook's path. " +
  "Open the pages on the machine itself or through an SSH tunnel, or turn on sign-in.";

/**
 * Why a request that closes its connection gets no page without sign-in: nginx by
 * default adds no header and closes each connection; browsers and curl don't.
 */
export const CLOSES_CONNECTION =
  "This request asks to close its connection, like a proxy that adds no headers of its own, and SIGN_IN is none. " +
  "If there's no proxy, leave out the header Connection: close. Otherwise, let the proxy pass on only the webhook's " +
  "path, or turn on sign-in.";

/** Why a service on this machine, such as a proxy, gets no page without sign-in. */
export const FROM_SERVICE =
  "This request came from a service on this machine, such as a proxy, and SIGN_IN is none: a proxy must only pass on " +
  "the webhook's path. Open the pages as yourself or through an SSH tunnel, or turn on sign-in.";

const FOREIGN_HOST =
  "The pages are only available at localhost, 127.0.0.1, or [::1], because SIGN_IN is none. " +
  "Open them on the machine itself or through an SSH tunnel, or turn on sign-in.";

/**
 * Returns why a request must be refused without sign-in; undefined if it's allowed.
 * The server listens on loopback only, which leaves a proxy on the same machine, and a
 * web page elsewhere whose name was made to point to this machine (DNS rebinding).
 */
export function refusalOfOutsider(headers: Headers): string | undefined {
  for (const name of FORWARDING_HEADERS)
    if (headers.has(name)) return BEHIND_PROXY;
  for (const name of headers.keys())
    if (name.startsWith("x-forwarded")) return BEHIND_PROXY;
  const host = headers.get("host") ?? "";
  // The pattern also matches numbers that are too big for an address or a port.
  const isThisMachine =
    LOOPBACK_HOST.test(host) && URL.canParse(`http://${host}`);
  return isThisMachine ? undefined : FOREIGN_HOST;
}

export function closesConnection(headers: Headers): boolean {
  return headers.get("connection")?.toLowerCase() === "close";
}
