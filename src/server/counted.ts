import { Elysia } from "elysia";
import { pathBelow } from "../site/base-path.ts";
import type { RequestCounts } from "../ops/request-counts.ts";

/** Counts the requests of the routes after it. */
export const counted = (counts: RequestCounts, base: string) => {
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
        const since = begun.get(request);
        const isPage =
          answer?.headers.get("content-type")?.startsWith("text/html") === true;
        counts.add(
          firstWord(pathBelow(base, route)),
          statusOf(answer, set.status),
          isPage && since !== undefined
            ? (performance.now() - since) / 1_000
            : undefined,
        );
      },
    );
};

/** As Elysia merges them: a page's status is in `set`, and so is that of an error that was thrown. */
function statusOf(
  answer: Response | undefined,
  set: number | string | undefined,
): number {
  if (answer !== undefined && answer.status !== 200) return answer.status;
  return Number(set ?? (answer === undefined ? 500 : 200));
}

/** `messages` for `/messages/:sid`. Route names are ours, so there are few values. */
function firstWord(path: string): string {
  const [, word = ""] = path.split("/");
  if (word === "") return "overview";
  return word === "*" ? "unknown" : word;
}
