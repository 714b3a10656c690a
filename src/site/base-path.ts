/**
 * The prefixes that every route has: a proxy may pass the base path of PUBLIC_URL on or
 * take it off.
 */
export function prefixesOf(base: string): ReadonlySet<string> {
  return new Set([base, ""]);
}

/**
 * The path of an address below the base path, with its query. By hand, as the host may be
 * anything, even one that no URL can have.
 */
export function pathBelow(base: string, url: string): string {
  const path = url.replace(/^[^/]*\/\/[^/?#]*/, "");
  return base !== "" && path.startsWith(`${base}/`)
    ? path.slice(base.length)
    : path;
}

/** A path of ours with the base path, which a proxy may have removed. */
export function withBase(base: string, path: string): string {
  return `${path}/`.startsWith(`${base}/`) ? path : base + path;
}
