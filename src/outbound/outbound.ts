import { isIP, type BlockList } from "node:net";
import { faultOf, SendError, type SendFault } from "./faults.ts";
import { retriedOnNewConnection } from "./live-connection.ts";
import { rememberingResolver, systemResolve, type Resolve } from "./resolve.ts";
import { beginningOf } from "./response.ts";
import { slowAddresses } from "./slow-addresses.ts";
import { allowedAddresses, targetOf, type Target } from "./target.ts";

/** The limit for everything: looking up the name, connecting, sending, and reading the response. */
export const SEND_TIMEOUT_MS = 15_000;

export type OutboundRequest = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs?: number;
  /** Gives up with the fault `stopped`. */
  readonly signal?: AbortSignal;
};

export type OutboundResponse = {
  readonly status: number;
  readonly headers: Headers;
  /** At most the first 64 KB. Less if the connection broke: then the status still counts. */
  readonly text: string;
};

/** Either a response, whatever its status, or a fault. */
export type SendResult = { readonly durationMs: number } & (
  | { readonly response: OutboundResponse; readonly fault: null }
  | { readonly response: null; readonly fault: SendFault }
);

export type Outbound = {
  /** Posts a body. Never throws. */
  readonly send: (request: OutboundRequest) => Promise<SendResult>;
  /** Closes idle connections. */
  readonly close: () => void;
};

export type OutboundOptions = {
  /** FORWARD_ALLOW: private networks that may be reached, also over http. */
  readonly allow: BlockList | undefined;
  readonly version: string;
  readonly resolve?: Resolve;
  /** The authorities to trust instead of the well-known ones, as PEM. */
  readonly ca?: string;
};

/** At most this many of a host's addresses are tried for one request. */
const TRIED_ADDRESSES_MAX = 4;

/**
 * Returns a client for URLs that users chose. It looks up the host, checks its addresses, and
 * connects to a checked one, with the host's name for TLS and in the Host header. It ignores
 * proxies in the environment, doesn't follow redirects, and doesn't decompress.
 */
export function createOutbound(options: OutboundOptions): Outbound {
  const addressesOf = rememberingResolver(options.resolve ?? systemResolve);
  const slow = slowAddresses();
  const onLiveConnection = retriedOnNewConnection();
  // The runtime reuses a connection only for the same address, port and server name.
  const session = new Bun.FetchSession({
    proxy: false,
    keepAlive: { idleTimeout: 30, maxIdleSockets: 128 },
  });

  async function post(request: OutboundRequest, signal: AbortSignal) {
    const target = targetOf(request.url);
    if (typeof target === "string") throw new SendError(target);
    const found = await orAborted(addressesOf(target.host), signal);
    const allowed = allowedAddresses(found, target, options.allow);
    if (typeof allowed === "string") throw new SendError(allowed);
    let error: unknown;
    for (const address of slow.last(allowed).slice(0, TRIED_ADDRESSES_MAX)) {
      try {
        return await postTo(address, target, request, signal);
      } catch (each) {
        error = each;
        if (faultOf(each) === "timeout") slow.add(address);
        if (!NOT_CONNECTED.has(faultOf(each))) break;
      }
    }
    throw error;
  }

  async function postTo(
    address: string,
    { url, host }: Target,
    { headers, body }: OutboundRequest,
    signal: AbortSignal,
  ): Promise<OutboundResponse> {
    const fetchFrom = (keepalive: boolean) =>
      session.fetch(withHost(url, address), {
        method: "POST",
        headers: headersOf(headers, url, options.version),
        body,
        signal,
        keepalive,
        redirect: "manual",
        decompress: false,
        proxy: false,
        protocol: "http1.1",
        tls: {
          rejectUnauthorized: true,
          ...(isIP(host) === 0 && { servername: host }),
          ...(options.ca !== undefined && { ca: options.ca }),
        },
      });
    const response = await onLiveConnection(
      `${url.host} ${address}`,
      fetchFrom,
    );
    return {
      status: response.status,
      headers: response.headers,
      text: await beginningOf(response),
    };
  }

  async function send(request: OutboundRequest): Promise<SendResult> {
    const start = performance.now();
    const durationMs = () => performance.now() - start;
    const giveUp = new AbortController();
    const timer = setTimeout(
      () => giveUp.abort(new SendError("timeout")),
      request.timeoutMs ?? SEND_TIMEOUT_MS,
    );
    const stop = () => giveUp.abort(new SendError("stopped"));
    request.signal?.addEventListener("abort", stop);
    if (request.signal?.aborted) stop();
    try {
      const response = await post(request, giveUp.signal);
      return { response, fault: null, durationMs: durationMs() };
    } catch (error) {
      return {
        response: null,
        fault: faultOf(error),
        durationMs: durationMs(),
      };
    } finally {
      clearTimeout(timer);
      request.signal?.removeEventListener("abort", stop);
      // Closes the connection of a response that wasn't read to its end.
      giveUp.abort();
    }
  }

  return { send, close: () => session.close() };
}

/** Faults after which another address of the host may still be reached. */
const NOT_CONNECTED: ReadonlySet<SendFault> = new Set([
  "connection_refused",
  "unreachable",
  "not_permitted",
] as const);

function withHost(url: URL, address: string): URL {
  const changed = new URL(url);
  changed.hostname = isIP(address) === 6 ? `[${address}]` : address;
  return changed;
}

function headersOf(
  given: Readonly<Record<string, string>>,
  url: URL,
  version: string,
): Headers {
  const headers = new Headers({
    "user-agent": `smsledger/${version}`,
    // What is logged of a response must be readable.
    "accept-encoding": "identity",
    ...given,
  });
  headers.set("host", url.host.replace(/\.(?=:|$)/, ""));
  return headers;
}

async function orAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort);
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
