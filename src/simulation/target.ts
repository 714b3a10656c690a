/** Where callbacks are posted, and the URL that is signed. */
export type Target = {
  /** The URL to call; without user name, password, and fragment. */
  readonly url: string;
  /** The URL to sign; the same unless the server has another public address. */
  readonly signedUrl: string;
  /** The Authorization header for the user name and password in the URL. */
  readonly authorization: string | undefined;
};

/**
 * Reads a callback URL like Twilio: a fragment is neither sent nor signed; a user name
 * and password become Basic authentication and aren't signed. Throws an Error whose
 * message completes "--url: …" and never repeats the URL.
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

/** Adds a query to a URL, which may already have one. */
export function withQuery(url: string, query: string): string {
  if (query === "") return url;
  return `${url}${url.includes("?") ? "&" : "?"}${query}`;
}
