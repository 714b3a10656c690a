import { gzipped } from "./compression.ts";
import { SECURITY_HEADERS } from "./security-headers.ts";

/**
 * JSON for programs that ask for it again and again: with an ETag, so that it isn't sent again
 * while it's the same, and compressed. Whoever keeps it has to ask each time.
 */
export function validatedJson(
  request: Request,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const text = JSON.stringify(body);
  // Weak, because it's the same with and without compression.
  const etag = `W/"${Bun.hash(text).toString(36)}"`;
  const all = {
    ...SECURITY_HEADERS,
    ...headers,
    etag,
    "cache-control": "private, no-cache",
    vary: "accept-encoding, authorization",
  };
  if (names(request.headers.get("if-none-match"), etag))
    return new Response(null, { status: 304, headers: all });
  const small = gzipped(request, text);
  return new Response(small ?? text, {
    headers: {
      ...all,
      "content-type": "application/json;charset=utf-8",
      ...(small && { "content-encoding": "gzip" }),
    },
  });
}

/** Whether `If-None-Match` names an ETag, compared weakly as RFC 9110 has it. */
function names(header: string | null, etag: string): boolean {
  const [, opaque] = etag.split("W/");
  return (header ?? "")
    .split(",")
    .some(
      (each) =>
        each.trim() === "*" || each.trim().replace(/^W\//, "") === opaque,
    );
}
