/** What a test knows of an answer. */
export type Page = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
};

/** Asks a server as a browser on this machine does. */
export async function get(url: string, init: RequestInit = {}): Promise<Page> {
  const answer = await fetch(url, { redirect: "manual", ...init });
  return {
    status: answer.status,
    headers: answer.headers,
    text: await answer.text(),
  };
}

/** The addresses that a page links to, as they are in the markup but for `&amp;`. */
export function linksIn({ text }: Page): string[] {
  return [...text.matchAll(/<a\b[^>]*?\shref="([^"]*)"/g)].map((match) =>
    (match[1] ?? "").replaceAll("&amp;", "&"),
  );
}

/** The SIDs that a list links to, in its order. */
export function sidsIn(page: Page): string[] {
  return linksIn(page).flatMap((link) => {
    const sid = /\/messages\/([SM]M[0-9a-f]{32})(?:\?|$)/.exec(link)?.[1];
    return sid === undefined ? [] : [sid];
  });
}

/** The link with this id, such as `older`; undefined when the page has none. */
export function linkById({ text }: Page, id: string): string | undefined {
  const tag = text.match(new RegExp(`<a id="${id}"[^>]*>`))?.[0];
  return tag?.match(/\shref="([^"]*)"/)?.[1]?.replaceAll("&amp;", "&");
}
