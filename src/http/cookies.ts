/** How long a browser is known after it signed in, in seconds. */
const DEVICE_AGE_S = 365 * 24 * 3_600;
const NAMES = { session: "smsledger", device: "smsledger-device" } as const;
type CookieName = keyof typeof NAMES;

/**
 * Cookies go out with every request to this host, and no script reads them. Over https
 * their names begin with `__Host-`: a browser takes such ones from this very host over
 * https only, so that no other one of the domain can slip one in. `Lax`, not `Strict`:
 * a link in a mail or chat that leads to a message shall open it, and what changes
 * something asks for more than a cookie.
 */
export function setCookie(
  name: CookieName,
  value: string,
  isHttps: boolean,
): string {
  const age = name === "device" ? `; Max-Age=${DEVICE_AGE_S}` : "";
  return `${fullName(name, isHttps)}=${value}${attributes(isHttps)}${age}`;
}

export function removeCookie(name: CookieName, isHttps: boolean): string {
  return `${fullName(name, isHttps)}=${attributes(isHttps)}; Max-Age=0`;
}

/**
 * A cookie of ours that came with a request. One without the prefix counts only where
 * the page is not known to be open over https, as any host of the domain can set it.
 */
export function cookieOf(
  headers: Headers,
  name: CookieName,
  isHttps: boolean,
): string | undefined {
  const cookies = parseCookies(headers.get("cookie") ?? "");
  const ofHttps = cookies.get(fullName(name, true));
  return isHttps ? ofHttps : (ofHttps ?? cookies.get(fullName(name, false)));
}

function fullName(name: CookieName, isHttps: boolean): string {
  return (isHttps ? "__Host-" : "") + NAMES[name];
}

function attributes(isHttps: boolean): string {
  return `; Path=/; HttpOnly; SameSite=Lax${isHttps ? "; Secure" : ""}`;
}

/** The first of a name counts. */
function parseCookies(header: string): Map<string, string> {
  const cookies = new Map<string, string>();
  for (const pair of header.split(";")) {
    const [name = "", ...value] = pair.split("=");
    if (!cookies.has(name.trim()))
      cookies.set(name.trim(), value.join("=").trim());
  }
  return cookies;
}
