/** How long a browser is remembered after a sign-in, in seconds. */
const DEVICE_AGE_S = 365 * 24 * 3_600;
const NAMES = { session: "smsledger", device: "smsledger-device" } as const;
type CookieName = keyof typeof NAMES;

/**
 * Cookies are sent with every request to this host, and scripts can't read them. Over https
 * their names begin with `__Host-`: a browser accepts those only from this exact host over
 * https, so that no other host of the domain can set one. `Lax`, not `Strict`: a link to a
 * message in a mail or chat should open it, and changes require more than a cookie.
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
 * Returns a cookie of ours from a request. One without the prefix only counts if the page
 * isn't known to be open over https, because any host of the domain can set it.
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

/** The first one with a name counts. */
function parseCookies(header: string): Map<string, string> {
  const cookies = new Map<string, string>();
  for (const pair of header.split(";")) {
    const [name = "", ...value] = pair.split("=");
    if (!cookies.has(name.trim()))
      cookies.set(name.trim(), value.join("=").trim());
  }
  return cookies;
}
