import { Elysia } from "elysia";
import { Distribution } from "../store/distribution.ts";

/** Upper bounds, in seconds, of how long pages take. */
const PAGE_SECONDS = [
  0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
] as const;

/**
 * Counts requests since the start, but for the webhook's, which are counted as callbacks.
 * A route is counted under its first word, so that there are few counts.
 */
export class RequestCounts {
  /** By route, and in it by the answer's status class, such as `2xx`. */
  readonly answered = new Map<string, Map<string, number>>();
  /** How long pages took, in seconds, by route. */
  readonly pageSeconds = new Map<string, Distribution>();

  add(route: string, status: number, pageSeconds: number | undefined): void {
    const classes = this.answered.get(route) ?? new Map<string, number>();
    this.answered.set(route, classes);
    const statusClass = `${Math.floor(status / 100)}xx`;
    classes.set(statusClass, (classes.get(statusClass) ?? 0) + 1);
    if (pageSeconds === undefined) return;
    const seconds =
      this.pageSeconds.get(route) ?? new Distribution(PAGE_SECONDS);
    this.pageSeconds.set(route, seconds);
    seconds.add(pageSeconds);
  }
}

/** Counts every request of the routes that come after it. */
export const countedRequests = (counts: RequestCounts, base: string) => {
  const begun = new WeakMap<Request, number>();
  return new Elysia()
    .onTransform({ as: "scoped" }, ({ request }) => {
      begun.set(request, performance.now());
    })
    .onAfterResponse(
      { as: "scoped" },
      ({ request, route, responseValue, set }) => {
        const answer =
          responseValue instanceof Response ? responseValue : undefined;
        // After an error that was thrown only the status is known.
        const status = answer?.status ?? Number(set.status ?? 500);
        const since = begun.get(request);
        const isPage =
          answer?.headers.get("content-type")?.startsWith("text/html") === true;
        counts.add(
          firstWord(route, base),
          status,
          isPage && since !== undefined
            ? (performance.now() - since) / 1_000
            : undefined,
        );
      },
    );
};

/** `messages` for `/messages/:sid`; the names of routes are of ours, so there are few. */
function firstWord(route: string, base: string): string {
  const path =
    base !== "" && route.startsWith(`${base}/`)
      ? route.slice(base.length)
      : route;
  const [, word = ""] = path.split("/");
  if (word === "") return "overview";
  return word === "*" ? "unknown" : word;
}
