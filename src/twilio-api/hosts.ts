/** Phone numbers and messages are on one host, Messaging Services and Webhook Rules on others. */
export const API_HOSTS = ["api", "messaging", "webhooks"] as const;
export type ApiHost = (typeof API_HOSTS)[number];

/** The origin of one of Twilio's hosts. What stands in for Twilio's API stands in for all of them. */
export function originOf(base: string, host: ApiHost): string {
  const url = new URL(base);
  if (
    host !== "api" &&
    /^api(?:\.[a-z0-9-]+)*\.twilio\.com$/.test(url.hostname)
  )
    url.hostname = url.hostname.replace(/^api/, host);
  return url.origin;
}

/**
 * The URL of the next page, which Twilio gives as a path or a URL. Undefined unless it's the
 * same list on the same host: the key's secret is sent there.
 */
export function nextPage(text: string, current: URL): URL | undefined {
  const next = URL.parse(text, current);
  return next !== null &&
    next.origin === current.origin &&
    next.pathname === current.pathname &&
    next.username === "" &&
    next.password === "" &&
    next.search !== current.search
    ? next
    : undefined;
}
