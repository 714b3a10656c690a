import { SECURITY_HEADERS } from "./security-headers.ts";

type ResponseOptions = {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Redirects a browser to another address of ours. */
export function redirectTo(path: string, status: 302 | 303 = 302): Response {
  return new Response(null, {
    status,
    headers: { ...SECURITY_HEADERS, location: path },
  });
}

/** A response for programs, with the same protection as a page. */
export function jsonResponse(
  body: unknown,
  { status = 200, headers = {} }: ResponseOptions = {},
): Response {
  return Response.json(body, {
    status,
    headers: { ...SECURITY_HEADERS, ...headers },
  });
}

/** A response that has nothing to say beyond its status. */
export function emptyResponse({
  headers = {},
}: Pick<ResponseOptions, "headers">): Response {
  return new Response(null, {
    status: 204,
    headers: { ...SECURITY_HEADERS, ...headers },
  });
}

/** Text for programs; `type` is its content type. */
export function textResponse(text: string, type: string): Response {
  return new Response(text, {
    headers: { ...SECURITY_HEADERS, "content-type": type },
  });
}

/** Server-sent events, which no proxy may buffer, change or cache. */
export function eventStream(
  stream: ReadableStream<Uint8Array> | null,
  { status = 200, headers = {} }: ResponseOptions = {},
): Response {
  return new Response(stream, {
    status,
    headers: {
      ...SECURITY_HEADERS,
      "content-type": "text/event-stream",
      "cache-control": "no-store, no-transform",
      "x-accel-buffering": "no",
      ...headers,
    },
  });
}

/** A file to save; `name` is ours, without quotes. */
export function downloadResponse(
  stream: ReadableStream<Uint8Array>,
  type: string,
  name: string,
): Response {
  return new Response(stream, {
    headers: {
      ...SECURITY_HEADERS,
      "content-type": type,
      "content-disposition": `attachment; filename="${name}"`,
    },
  });
}

/** Changes neither the page in which htmx asked nor its address. */
export function unchangedResponse(): Response {
  return new Response(null, {
    status: 204,
    headers: { ...SECURITY_HEADERS, "hx-push-url": "false" },
  });
}

/** Reports whether the client accepts a content coding: it names it, and not with `q=0`. */
export function acceptsEncoding(request: Request, coding: string): boolean {
  const accepted = request.headers.get("accept-encoding") ?? "";
  return accepted.split(",").some((each) => {
    const [name = "", ...parameters] = each.split(";");
    return (
      name.trim().toLowerCase() === coding &&
      !parameters.some((parameter) =>
        /^\s*q\s*=\s*0(?:\.0*)?\s*$/i.test(parameter),
      )
    );
  });
}
