/** Longer ones are an address that somebody made up. */
const LENGTH_MAX = 2_000;
/** Only stands for our own address. */
const HERE = "http://here.invalid";

/**
 * Where to go after a sign-in: `text` when it is a path of ours with its query, else
 * undefined. A browser takes `//host`, `/\host` and such for another site, and drops
 * tabs and line ends before it looks.
 */
export function nextPath(
  text: string | null | undefined,
  base: string,
): string | undefined {
  if (!text || text.length > LENGTH_MAX) return undefined;
  if (!/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(text)) return undefined;
  const url = URL.parse(text, HERE);
  if (url?.origin !== HERE) return undefined;
  // The URL standard may have made two slashes of dots between them.
  const path = url.pathname + url.search;
  const isOurs =
    base === "" || url.pathname === base || path.startsWith(`${base}/`);
  return isOurs && !path.startsWith("//") ? path : undefined;
}
