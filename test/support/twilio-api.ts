/** A message as Twilio has it. Times are milliseconds since 1970, in full seconds. */
export type TwilioMessage = {
  readonly sid: string;
  readonly direction: "inbound" | "outbound-api" | "outbound-reply";
  readonly from: string;
  readonly to: string;
  readonly status: string;
  readonly errorCode: number | null;
  readonly messagingServiceSid: string | null;
  readonly price: string | null;
  /** USD by default. */
  readonly priceUnit?: string;
  /** 1 by default. */
  readonly segments?: number;
  readonly sentAt: number;
  readonly body: string;
};

/** How a request goes wrong. */
export type ApiTrouble =
  | {
      readonly status: number;
      readonly retryAfter?: string;
      readonly code?: number;
    }
  | "hangs"
  | { readonly text: string }
  | { readonly location: string };

export const API_ACCOUNT = "AC00000000000000000000000000000017";
export const API_KEY = "SK00000000000000000000000000000017";
/** Nothing else in a test has this text, so that it's found wherever it gets to. */
export const API_SECRET = "zq7secretofthekey";

const MESSAGES = `/2010-04-01/Accounts/${API_ACCOUNT}/Messages.json`;
const MESSAGE = new RegExp(
  `^/2010-04-01/Accounts/${API_ACCOUNT}/Messages/(\\w+)\\.json$`,
);
const AUTHORIZATION = `Basic ${btoa(`${API_KEY}:${API_SECRET}`)}`;

export type TwilioApiStub = Awaited<ReturnType<typeof startTwilioApi>>;

/**
 * Starts a server in place of Twilio's API: it has messages, and lists them as Twilio does,
 * newest first, each page by a token that names the last message of the one before. Hold it
 * with `using`.
 */
export function startTwilioApi(history: readonly TwilioMessage[] = []) {
  const messages = new Map(history.map((each) => [each.sid, each]));
  let byDay = daysOf(messages.values());
  const requests: URL[] = [];
  const state = {
    isKeyValid: true,
    /** Called for each request; what it returns happens instead of an answer. */
    trouble: ((): undefined => undefined) as (
      url: URL,
      count: number,
    ) => ApiTrouble | undefined,
    /** Called after a page was listed, to change what the next one has. */
    afterPage: () => {},
    /** Lists of other resources by path, with `?Page=` after the first page; a number is a status instead. */
    resources: new Map<string, object | number>(),
    open: 0,
    openMax: 0,
  };

  function list(url: URL): Response {
    const size = Math.min(
      Number(url.searchParams.get("PageSize") ?? 50),
      1_000,
    );
    const day = byDay.get(url.searchParams.get("DateSent") ?? "") ?? [];
    const after = url.searchParams.get("PageToken")?.slice(2);
    const from = after === undefined ? 0 : day.indexOf(after) + 1;
    const sids = day.slice(from, from + size);
    const next = new URL(url);
    const page = Number(url.searchParams.get("Page") ?? 0) + 1;
    next.searchParams.set("Page", String(page));
    next.searchParams.set("PageToken", `PA${sids.at(-1)}`);
    const isLast = from + size >= day.length;
    const answer = Response.json({
      end: from + sids.length - 1,
      first_page_uri: `${MESSAGES}?PageSize=${size}&Page=0`,
      messages: sids.flatMap((sid) => {
        const message = messages.get(sid);
        return message === undefined ? [] : [jsonOf(message)];
      }),
      next_page_uri: isLast ? null : next.pathname + next.search,
      page: page - 1,
      page_size: size,
      previous_page_uri: null,
      start: from,
      uri: url.pathname + url.search,
    });
    state.afterPage();
    return answer;
  }

  async function answer(request: Request) {
    const url = new URL(request.url);
    requests.push(url);
    const trouble = state.trouble(url, requests.length);
    if (trouble !== undefined) return troubled(trouble, request);
    if (
      !state.isKeyValid ||
      request.headers.get("authorization") !== AUTHORIZATION
    )
      return errorOf(401, 20003);
    if (url.pathname === MESSAGES) return list(url);
    const [, sid = ""] = MESSAGE.exec(url.pathname) ?? [];
    const message = messages.get(sid);
    if (message !== undefined) return Response.json(jsonOf(message));
    const page = url.searchParams.get("Page");
    const resource = state.resources.get(
      url.pathname + (page === null ? "" : `?Page=${page}`),
    );
    if (typeof resource === "number") return errorOf(resource, 20003);
    return resource === undefined
      ? errorOf(404, 20404)
      : Response.json(resource);
  }

  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    async fetch(request) {
      state.openMax = Math.max(state.openMax, ++state.open);
      try {
        return await answer(request);
      } finally {
        state.open--;
      }
    },
  });
  return {
    origin: server.url.origin,
    /** The settings with which the product reads from it. */
    env: {
      TWILIO_API_KEY: API_KEY,
      TWILIO_API_SECRET: API_SECRET,
      TWILIO_ACCOUNT_SID: API_ACCOUNT,
      TWILIO_API_URL: server.url.origin,
    },
    state,
    requests,
    messages,
    put(message: TwilioMessage): void {
      messages.set(message.sid, message);
      byDay = daysOf(messages.values());
    },
    remove(sid: string): void {
      messages.delete(sid);
      byDay = daysOf(messages.values());
    },
    [Symbol.dispose]: () => void server.stop(true),
  };
}

async function troubled(
  trouble: ApiTrouble,
  request: Request,
): Promise<Response> {
  if (trouble === "hangs") {
    await new Promise((resolve) =>
      request.signal.addEventListener("abort", resolve),
    );
    return new Response();
  }
  if ("text" in trouble) return new Response(trouble.text);
  if ("location" in trouble)
    return new Response(null, { status: 307, headers: { ...trouble } });
  const { status, retryAfter, code } = trouble;
  const answer = errorOf(status, code);
  if (retryAfter !== undefined) answer.headers.set("retry-after", retryAfter);
  return answer;
}

function errorOf(status: number, code?: number): Response {
  return Response.json(
    { code, message: "Not this time", more_info: "https://…", status },
    { status },
  );
}

/** The SIDs of each GMT day, newest first. */
function daysOf(messages: Iterable<TwilioMessage>): Map<string, string[]> {
  const sorted = [...messages].toSorted(
    (a, b) => b.sentAt - a.sentAt || (a.sid < b.sid ? 1 : -1),
  );
  const days = new Map<string, string[]>();
  for (const { sid, sentAt } of sorted) {
    const day = new Date(sentAt).toISOString().slice(0, 10);
    const known = days.get(day);
    if (known === undefined) days.set(day, [sid]);
    else known.push(sid);
  }
  return days;
}

function jsonOf(message: TwilioMessage): object {
  const { sid, errorCode, sentAt } = message;
  const date = rfc2822(sentAt);
  return {
    account_sid: API_ACCOUNT,
    api_version: "2010-04-01",
    body: message.body,
    date_created: date,
    date_sent: date,
    date_updated: rfc2822(sentAt + 2_000),
    direction: message.direction,
    error_code: errorCode,
    error_message: null,
    from: message.from,
    messaging_service_sid: message.messagingServiceSid,
    num_media: "0",
    num_segments: String(message.segments ?? 1),
    price: message.price,
    price_unit: message.priceUnit ?? "USD",
    sid,
    status: message.status,
    subresource_uris: { media: `${MESSAGES}/${sid}/Media.json` },
    tags: null,
    to: message.to,
    uri: `/2010-04-01/Accounts/${API_ACCOUNT}/Messages/${sid}.json`,
  };
}

export function rfc2822(at: number): string {
  return new Date(at).toUTCString().replace("GMT", "+0000");
}

/** Returns this many messages, sent one after another over the time from `from` to `until`. */
export function twilioHistory(
  count: number,
  from: number,
  until: number,
): TwilioMessage[] {
  const step = (until - from) / count;
  return Array.from({ length: count }, (_, index) => {
    const fails = index % 20 === 7;
    const isInbound = index % 25 === 11;
    const number = `+1415555${String(index % 10_000).padStart(4, "0")}`;
    return {
      sid: `SM${index.toString(16).padStart(32, "0")}`,
      direction: isInbound ? "inbound" : "outbound-api",
      from: isInbound ? number : "+14155550100",
      to: isInbound ? "+14155550100" : number,
      status: isInbound ? "received" : fails ? "undelivered" : "delivered",
      errorCode: fails ? 30003 : null,
      messagingServiceSid: null,
      price: fails ? null : "-0.00790",
      sentAt: Math.floor((from + index * step) / 1_000) * 1_000,
      body: "zq7body",
    };
  });
}
