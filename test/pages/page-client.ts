/** A response, as tests see it. */
export type Page = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
};

/** Sends a request like a browser on this machine. */
export async function get(url: string, init: RequestInit = {}): Promise<Page> {
  const answer = await fetch(url, { redirect: "manual", ...init });
  return {
    status: answer.status,
    headers: answer.headers,
    text: await answer.text(),
  };
}

/** Returns the addresses that a page links to, as in the markup except for `&amp;`. */
export function linksIn({ text }: Page): string[] {
  return [...text.matchAll(/<a\b[^>]*?\shref="([^"]*)"/g)].map((match) =>
    (match[1] ?? "").replaceAll("&amp;", "&"),
  );
}

/** Returns the SIDs that a page links to, each once, in order. */
export function sidsIn(page: Page): string[] {
  const sids = linksIn(page).flatMap((link) => {
    const sid = /\/messages\/([SM]M[0-9a-f]{32})(?:\?|$)/.exec(link)?.[1];
    return sid === undefined ? [] : [sid];
  });
  return [...new Set(sids)];
}

/** Returns the link with this ID, such as `older`, or undefined. */
export function linkById({ text }: Page, id: string): string | undefined {
  const tag = text.match(new RegExp(`<a id="${id}"[^>]*>`))?.[0];
  return tag?.match(/\shref="([^"]*)"/)?.[1]?.replaceAll("&amp;", "&");
}
