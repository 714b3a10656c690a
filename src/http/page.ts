import { html, type HtmlOptions } from "@elysiajs/html";
import { handleHtml } from "@elysiajs/html/handler";
import type { Context } from "elysia";
import { gzipped } from "./compression.ts";
import { SECURITY_HEADERS } from "./security-headers.ts";

const PAGE_HEADERS = {
  // trouble.js recognizes our responses by it.
  "smsledger-page": "1",
  ...SECURITY_HEADERS,
};

/** A page, or a part of one, as a handler's response. */
export class Page {
  constructor(
    readonly markup: JSX.Element,
    readonly status: number,
    readonly headers: Readonly<Record<string, string>>,
  ) {}
}

export function page(
  markup: JSX.Element,
  {
    status = 200,
    headers = {},
  }: Partial<Pick<Page, "status" | "headers">> = {},
): Page {
  return new Page(markup, status, headers);
}

/** `autoDetect` would send any text that looks like HTML as HTML. */
const OPTIONS: HtmlOptions = {
  autoDetect: false,
  autoDoctype: false,
  contentType: "text/html; charset=utf-8",
};

/** Gives the routes after it `html`, which makes a response of a page's text. */
export const htmlPlugin = html(OPTIONS);

/** The same outside a route, for example after an error. */
export function htmlOf(text: string): Response | Promise<Response> {
  return handleHtml(text, OPTIONS, false);
}

/** What sending a page needs of a request's context. */
export type Sending = {
  readonly request: Request;
  readonly set: Pick<Context["set"], "headers" | "status">;
  readonly html: (
    text: string,
  ) => Response | string | Promise<Response | string>;
};

/** Sends a page. Pages are compressed only here, while the text is still available. */
export async function sendPage(
  { markup, status, headers }: Page,
  { request, set, html }: Sending,
): Promise<Response> {
  const text = withDoctype(await markup);
  set.status = status;
  Object.assign(set.headers, PAGE_HEADERS, headers, {
    vary: "accept-encoding",
  });
  const plain = await html(text);
  if (typeof plain === "string")
    throw new TypeError("@elysiajs/html answered with text.");
  const small = gzipped(request, text);
  if (small === undefined) return plain;
  set.headers["content-encoding"] = "gzip";
  return new Response(small, plain);
}

function withDoctype(markup: string): string {
  return markup.startsWith("<html") ? `<!doctype html>${markup}` : markup;
}
