import {
  FAILED,
  LEDGER_RESTORED,
  unavailable,
  type Problem,
} from "../http/problem.ts";
import { jsonResponse } from "../http/responses.ts";
import { failureOf } from "../log/failure.ts";
import type { Log } from "../log/log.ts";
import { RepeatedLines } from "../log/repeated-lines.ts";
import { FeedPositionGone } from "../store/feed-position.ts";
import { StoreUnavailable } from "../store/store.ts";

/** Creates the function that turns a handler's error into a response, and logs unexpected ones. */
export function createFailures(log: Log) {
  const lines = new RepeatedLines(log);
  return (error: unknown, request: Request): Problem | Response => {
    if (request.signal.aborted && isAbort(error)) {
      log.debug("a client disconnected before its request was complete");
      return jsonResponse(null, { status: 400 });
    }
    if (error instanceof StoreUnavailable) return unavailable(error.message);
    if (error instanceof FeedPositionGone) return LEDGER_RESTORED;
    lines.error(failureOf(error), "a request failed");
    return FAILED;
  };
}

/** Whether a body couldn't be read to its end. Elysia wraps that in an error of its own. */
function isAbort(error: unknown): boolean {
  return (
    error instanceof Error &&
    (error.name === "AbortError" || isAbort(error.cause))
  );
}
