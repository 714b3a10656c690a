/** Where callbacks are posted to, and what is signed for them. */
export type Target = {
  /** Called; without user name, password and fragment. */
  readonly url: string;
  /** Signed; the same unless the server knows itself by another address. */
  readonly signedUrl: string;
  /** The Authorization header for the user name and password that the URL had. */
  readonly authorization: string | undefined;
};

/**
 * Reads a callback URL as Twilio takes it: a fragment is never sent nor signed, a user
 * name and password become Basic authentication and are not signed. Throws an Error
 * whose message completes "--url: …" and never repeats the URL.
 */
export function parseTarget(text: string): Target {
  const url = URL.parse(text.trim());
  if (!url || !/^https?:$/.test(url.protocol) || url.hostname === "")
    throw new Error("must be an address that starts with http:// or https://");
  const { username, password } = url;
  const isAuthorized = username !== "" || password !== "";
  url.username = "";
  url.password = "";
  url.hash = "";
  return {
    url: url.href,
    signedUrl: url.href,
    authorization: isAuthorized
      ? `Basic ${Buffer.from(`${decoded(username)}:${decoded(password)}`).toString("base64")}`
      : undefined,
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Error("has a user name or password with a broken % escape");
  }
}

/** A URL with a query added to the one it may have. */
export function withQuery(url: string, query: string): string {
  if (query === "") return url;
  return `${url}${url.includes("?") ? "&" : "?"}${query}`;
}
