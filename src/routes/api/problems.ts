import { jsonResponse } from "../../http/responses.ts";
import { plainText } from "../../words/plain-text.ts";

/** One mistake in the parameters: a sentence that repeats none of their text. */
export type ApiMistake = {
  /** The parameter's name; null for an unknown one, or for several. */
  readonly parameter: string | null;
  readonly detail: string;
  /** Which part of the parameter's text, in characters from 0, if not all of it. */
  readonly from?: number;
  readonly to?: number;
};

/** Why a request isn't answered as asked, for problem details (RFC 9457). */
export class ApiProblem {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly more: {
      readonly headers?: Readonly<Record<string, string>>;
      readonly mistakes?: readonly ApiMistake[];
      /** Its type, if programs need more than the status. */
      readonly type?: string;
    } = {},
  ) {}
}

/** Problems whose status doesn't say everything; the others are `about:blank`. */
export const WRONG_PARAMETERS = "urn:smsledger:problem:wrong-parameters";

export const START_OVER = new ApiProblem(
  410,
  "Start the feed over",
  "This cursor isn't from this ledger as it is now: a backup was restored since, or version 0.1.0 issued the cursor. " +
    "To skip nothing, read from the start, without a cursor. Event ids from before don't apply anymore: the same id can " +
    "name another event now. Match events by messageSid and status.",
  { type: "urn:smsledger:problem:start-over" },
);

export const NO_SUCH_ROUTE = new ApiProblem(
  404,
  "No such address",
  "GET /api/openapi.json describes the API's addresses.",
);

export const NO_SUCH_MESSAGE = new ApiProblem(
  404,
  "No message has this SID",
  "A message appears with its first callback. A SID is SM or MM and 32 hex digits.",
);

export const NO_SUCH_ENDPOINT = new ApiProblem(
  404,
  "No endpoint has this ID",
  "It may have been removed. GET /api/v1/endpoints returns the current list.",
);

export const NO_SUCH_RESEND = new ApiProblem(
  404,
  "The endpoint has no resend with this ID",
  "Only the latest are kept. GET /api/v1/endpoints/{id}/resends lists them.",
);

const TOKEN_HOW =
  "Send it as Authorization: Bearer smsl_…. An admin makes tokens under Settings, or with smsledger token add.";

export const TOKEN_MISSING = new ApiProblem(
  401,
  "API token missing",
  TOKEN_HOW,
  { headers: { "www-authenticate": 'Bearer realm="smsledger"' } },
);

export const TOKEN_UNKNOWN = new ApiProblem(
  401,
  "Unknown API token",
  `It may be mistyped or revoked. ${TOKEN_HOW}`,
  {
    headers: {
      "www-authenticate": 'Bearer realm="smsledger", error="invalid_token"',
    },
  },
);

/** The token can only read. */
export const READ_ONLY_TOKEN = new ApiProblem(
  403,
  "This token can only read",
  "Changes need a token with access to changes. An admin makes one under Settings, or with smsledger token add --write.",
  {
    headers: {
      "www-authenticate":
        'Bearer realm="smsledger", error="insufficient_scope", scope="write"',
    },
  },
);

export const NOT_JSON = new ApiProblem(
  415,
  "The body must be JSON",
  "Send it as a JSON object in UTF-8, with Content-Type: application/json.",
);

export const INVALID_JSON = new ApiProblem(
  400,
  "Invalid JSON",
  "The body can’t be read as JSON in UTF-8.",
);

export const BODY_TOO_LARGE = new ApiProblem(
  413,
  "The body is too large",
  "It can have at most 16 KiB.",
);

export function wrongParameters(mistakes: readonly ApiMistake[]): ApiProblem {
  return new ApiProblem(
    400,
    "Invalid parameters",
    mistakes
      .slice(0, 3)
      .map(({ detail }) => detail)
      .join(" "),
    { mistakes },
  );
}

export function tooManyRequests(
  limit: number,
  windowS: number,
  retryAfterS: number,
): ApiProblem {
  return new ApiProblem(
    429,
    "Too many requests",
    `Each token can make ${limit} requests in ${windowS} seconds. Try again in ${retryAfterS} s.`,
    { headers: { "retry-after": String(retryAfterS) } },
  );
}

export function problemResponse(
  { status, title, detail, more: { mistakes, type, headers = {} } }: ApiProblem,
  moreHeaders: Readonly<Record<string, string>> = {},
): Response {
  const kind =
    type ?? (mistakes === undefined ? "about:blank" : WRONG_PARAMETERS);
  return jsonResponse(
    {
      type: kind,
      title,
      status,
      detail: plainText(detail),
      ...(mistakes && {
        errors: mistakes.map((each) => ({
          ...each,
          detail: plainText(each.detail),
        })),
      }),
    },
    {
      status,
      headers: {
        ...headers,
        ...moreHeaders,
        "content-type": "application/problem+json",
      },
    },
  );
}
