/** Where a problem's page links to. */
export type Way = { readonly href: string; readonly words: string };

/**
 * Why a request fails, in our own words: no stack trace, and nothing that the request
 * sent. Its address decides whether it's sent as a page or as JSON.
 */
export class Problem {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Where its page links to; undefined for a retry or the overview. */
  readonly way: Way | undefined;

  constructor({ status, title, detail, headers = {}, way }: ProblemFields) {
    this.status = status;
    this.title = title;
    this.detail = detail;
    this.headers = headers;
    this.way = way;
  }

  /** The same with these fields changed. */
  with(changes: Partial<ProblemFields>): Problem {
    const { status, title, detail, headers, way } = this;
    return new Problem({ status, title, detail, headers, way, ...changes });
  }
}

type ProblemFields = Pick<Problem, "status" | "title" | "detail"> &
  Partial<Pick<Problem, "headers" | "way">>;

export const NOT_FOUND = new Problem({
  status: 404,
  title: "Page not found",
  detail:
    "There’s no page at this address. It may be mistyped, or the link is outdated.",
});

/** An address with an invalid parameter; `detail` says which one and where to go. */
export function invalidAddress(detail: string): Problem {
  return new Problem({
    status: 400,
    title: "This address isn’t valid",
    detail,
  });
}

/** A method that an address doesn't accept; `methods` are those it does, such as `GET`. */
export function methodNotAllowed(methods: readonly string[]): Problem {
  return new Problem({
    status: 405,
    title: "Method not allowed",
    detail: `This address only answers ${methods.join(" and ")} requests.`,
    headers: { allow: methods.join(", ").replace("GET", "GET, HEAD") },
  });
}

export const FAILED = new Problem({
  status: 500,
  title: "Something went wrong",
  detail:
    "This is a bug in smsledger; its log has the details. Try again in a moment.",
});

/** The store isn't available; `detail` is its message. */
export function unavailable(detail: string): Problem {
  return new Problem({
    status: 503,
    title: "The database isn’t responding",
    detail,
    headers: { "retry-after": "5" },
  });
}

/** The page shows a ledger that a backup has since replaced. htmx reloads it. */
export const LEDGER_RESTORED = new Problem({
  status: 410,
  title: "The ledger was restored",
  detail:
    "A backup was restored, or smsledger was upgraded, after this page was loaded. Load the page again to see the ledger as it is now.",
  headers: { "hx-refresh": "true" },
});
