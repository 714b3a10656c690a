import type { TwilioApi } from "../config/twilio-api-values.ts";
import { FAULT_WORDS, faultOf } from "../outbound/faults.ts";
import { systemClock, type ApiClock } from "./clock.ts";
import { faultOfStatus, TwilioApiFault } from "./faults.ts";
import { createPace } from "./pace.ts";
import { API_HOSTS, originOf, type ApiHost } from "./hosts.ts";
import { jsonWithin } from "./bounded-json.ts";
import { retryAfterMs, retryDelay } from "./retry.ts";

/** The limit for one request: Twilio takes seconds for a page of a thousand messages. */
const TIMEOUT_MS = 30_000;

/** Reads from Twilio's API. */
export type ApiClient = {
  readonly accountSid: string;
  /** A URL of this path, with a query, on one of Twilio's hosts. */
  readonly url: (
    host: ApiHost,
    path: string,
    query?: Readonly<Record<string, string>>,
  ) => URL;
  /**
   * Resolves to the JSON at a URL of this client's hosts. Keeps the pace of all its requests,
   * and retries what may work later. Rejects with TwilioApiFault, or when the signal is aborted.
   */
  readonly get: (url: URL, signal: AbortSignal) => Promise<unknown>;
  /** Closes idle connections. */
  readonly close: () => void;
};

export type ApiClientOptions = {
  readonly version: string;
  /** How often a request is made at most; by default about two minutes long. */
  readonly attemptsMax?: number;
  readonly timeoutMs?: number;
  readonly clock?: ApiClock;
  readonly random?: () => number;
};

/**
 * Returns a client of Twilio's API. The secret only goes to the hosts of these settings: other
 * URLs are refused, redirects aren't followed, and proxies in the environment are ignored.
 */
export function createApiClient(
  { accountSid, key, secret, url: base }: TwilioApi,
  options: ApiClientOptions,
): ApiClient {
  const { attemptsMax = Infinity, timeoutMs = TIMEOUT_MS } = options;
  const { clock = systemClock, random = Math.random } = options;
  const pace = createPace(clock);
  const session = new Bun.FetchSession({
    proxy: false,
    keepAlive: { idleTimeout: 30, maxIdleSockets: 2 },
  });
  const headers = {
    authorization: `Basic ${Buffer.from(`${key}:${secret}`).toString("base64")}`,
    accept: "application/json",
    // A compressed answer would have no limit.
    "accept-encoding": "identity",
    "user-agent": `smsledger/${options.version}`,
  };

  async function once(url: URL, signal: AbortSignal): Promise<unknown> {
    const response = await session.fetch(url, {
      headers,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      redirect: "manual",
      decompress: false,
      proxy: false,
      protocol: "http1.1",
      tls: { rejectUnauthorized: true },
    });
    const json = await jsonWithin(response);
    if (response.status === 200) return json;
    if (response.status === 429 || response.status === 503) {
      const header = response.headers.get("retry-after");
      const ms = retryAfterMs(header, clock.now());
      if (ms !== undefined) pace.rest(ms);
    }
    throw faultOfStatus(response.status, codeOf(json));
  }

  async function get(url: URL, signal: AbortSignal): Promise<unknown> {
    if (!isOwn(base, url))
      throw new TwilioApiFault(
        "unreadable",
        "Twilio's API names a page on another host, which isn't requested.",
      );
    for (let attempts = 1; ; attempts++) {
      const answer = await pace
        .inTurn(() => once(url, signal), signal)
        .catch((error: unknown) => {
          signal.throwIfAborted();
          return faultFor(error);
        });
      if (!(answer instanceof TwilioApiFault)) return answer;
      const delay = retryDelay(attempts, random);
      if (answer.kind !== "busy" || attempts >= attemptsMax || !delay)
        throw answer;
      await clock.wait(delay, signal);
    }
  }

  return {
    accountSid,
    url: (host, path, query = {}) => {
      const url = new URL(path, originOf(base, host));
      url.search = new URLSearchParams(query).toString();
      return url;
    },
    get,
    close: () => session.close(),
  };
}

function isOwn(base: string, url: URL): boolean {
  return (
    url.username === "" &&
    url.password === "" &&
    API_HOSTS.some((host) => url.origin === originOf(base, host))
  );
}

/** Twilio's number for an error. */
function codeOf(json: unknown): number | undefined {
  return typeof json === "object" &&
    json !== null &&
    "code" in json &&
    typeof json.code === "number"
    ? json.code
    : undefined;
}

function faultFor(error: unknown): TwilioApiFault {
  if (error instanceof TwilioApiFault) return error;
  const words = FAULT_WORDS[faultOf(error)];
  return new TwilioApiFault("busy", `Twilio's API can't be reached. ${words}`);
}
