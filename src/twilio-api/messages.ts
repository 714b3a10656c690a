import { parseApiMessage, type ApiMessage } from "../twilio/api-message.ts";
import type { ApiClient } from "./client.ts";
import { TwilioApiFault } from "./faults.ts";
import { nextPage } from "./hosts.ts";

/** Twilio allows a thousand. Parsing so many at once would make callbacks wait. */
const PAGE_SIZE = 250;
const MESSAGES_A_TURN = 25;

/** A page of the messages of one day, which Twilio lists newest first. */
export type ApiMessagesPage = {
  /** Those that were sent, without received ones. */
  readonly messages: readonly ApiMessage[];
  readonly inbound: number;
  /** Messages that can't be read. */
  readonly unreadable: number;
  /** The query of the next page; undefined after the last one. */
  readonly next: string | undefined;
};

/**
 * Reads a page of a day's messages: the first one, or the one with this query. Bodies are
 * dropped at once. Rejects with TwilioApiFault.
 */
export async function readMessagesPage(
  client: ApiClient,
  /** A GMT day, such as `2026-11-01`. */
  day: string,
  query: string | undefined,
  signal: AbortSignal,
): Promise<ApiMessagesPage> {
  const url = client.url("api", listPath(client), {
    DateSent: day,
    PageSize: String(PAGE_SIZE),
  });
  if (query !== undefined) url.search = query;
  const json = await client.get(url, signal);
  if (!isPage(json)) throw unreadable();
  const read = await parsed(json.messages);
  const next = json.next_page_uri;
  return {
    messages: read.filter((each) => typeof each !== "string"),
    inbound: read.filter((each) => each === "inbound").length,
    unreadable: read.filter((each) => each === "unreadable").length,
    next: next === null ? undefined : queryOfNext(next, url),
  };
}

/** Reads messages, a few in each turn of the event loop, so that callbacks are answered in between. */
async function parsed(messages: readonly unknown[]) {
  const read: ReturnType<typeof parseApiMessage>[] = [];
  for (let start = 0; start < messages.length; start += MESSAGES_A_TURN) {
    const some = messages.slice(start, start + MESSAGES_A_TURN);
    read.push(...some.map(parseApiMessage));
    await new Promise(setImmediate);
  }
  return read;
}

/** Reads one message; undefined when Twilio doesn't have it. "inbound" is one that was received. */
export async function readMessage(
  client: ApiClient,
  messageSid: string,
  signal: AbortSignal,
): Promise<ReturnType<typeof parseApiMessage> | undefined> {
  const path = `/2010-04-01/Accounts/${client.accountSid}/Messages/${messageSid}.json`;
  try {
    return parseApiMessage(await client.get(client.url("api", path), signal));
  } catch (error) {
    if (error instanceof TwilioApiFault && error.kind === "not-found")
      return undefined;
    throw error;
  }
}

/** Rejects with TwilioApiFault unless the key may read messages. */
export async function tryMessages(
  client: ApiClient,
  signal: AbortSignal,
): Promise<readonly []> {
  const url = client.url("api", listPath(client), { PageSize: "1" });
  if (!isPage(await client.get(url, signal))) throw unreadable();
  return [];
}

function listPath({ accountSid }: ApiClient): string {
  return `/2010-04-01/Accounts/${accountSid}/Messages.json`;
}

type Page = {
  readonly messages: readonly unknown[];
  readonly next_page_uri: string | null;
};

function isPage(json: unknown): json is Page {
  return (
    typeof json === "object" &&
    json !== null &&
    "messages" in json &&
    Array.isArray(json.messages) &&
    "next_page_uri" in json &&
    (json.next_page_uri === null || typeof json.next_page_uri === "string")
  );
}

function queryOfNext(next: string, current: URL): string {
  const url = nextPage(next, current);
  if (url === undefined)
    throw new TwilioApiFault(
      "unreadable",
      "Twilio's API names a next page that isn't of the same list on the same host.",
    );
  return url.search;
}

function unreadable(): TwilioApiFault {
  return new TwilioApiFault(
    "unreadable",
    "The answer of Twilio's API isn't what it documents. Check TWILIO_API_URL.",
  );
}
