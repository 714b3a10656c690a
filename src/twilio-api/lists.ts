import type { ApiClient } from "./client.ts";
import { TwilioApiFault } from "./faults.ts";
import { nextPage, type ApiHost } from "./hosts.ts";

/** Beyond this many pages of a thousand, a list is cut off. */
const PAGES_MAX = 20;

/** Which list of resources to read. */
export type ListAddress = {
  readonly host: ApiHost;
  readonly path: string;
  /** The name that the list has in the answer; without it, the answer says which. */
  readonly key?: string;
  /** How to ask for as many as there can be at a time. */
  readonly query?: Readonly<Record<string, string>>;
};

/** A resource's fields, of unknown types. */
export type Resource = Readonly<Record<string, unknown>>;

/** Reads a whole list of resources other than messages. Rejects with TwilioApiFault. */
export async function readList(
  client: ApiClient,
  { host, path, key, query = { PageSize: "1000" } }: ListAddress,
  signal: AbortSignal,
): Promise<readonly Resource[]> {
  const resources: Resource[] = [];
  let url: URL | undefined = client.url(host, path, query);
  for (let pages = 0; url !== undefined && pages < PAGES_MAX; pages++) {
    const page = objectOf(await client.get(url, signal));
    const listed = page?.[key ?? String(objectOf(page["meta"])?.["key"])];
    if (page === undefined || !Array.isArray(listed)) throw unreadable();
    for (const each of listed) resources.push(objectOf(each) ?? {});
    url = nextOf(page, url);
  }
  return resources;
}

/** The next page is named in one way on the older host, and in another on the newer ones. */
function nextOf(page: Resource, current: URL): URL | undefined {
  const meta = objectOf(page["meta"]) ?? {};
  const next = page["next_page_uri"] ?? meta["next_page_url"] ?? null;
  if (next === null) return undefined;
  const url = typeof next === "string" ? nextPage(next, current) : undefined;
  if (url === undefined) throw unreadable();
  return url;
}

function objectOf(value: unknown): Resource | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? { ...value }
    : undefined;
}

function unreadable(): TwilioApiFault {
  return new TwilioApiFault(
    "unreadable",
    "Twilio's API answers with a list that isn't what it documents. Check TWILIO_API_URL.",
  );
}
