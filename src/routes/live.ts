import type { Server } from "bun";
import type { OpenStreams } from "../account/open-streams.ts";
import { viewerOf } from "../account/viewer.ts";
import { eventStream } from "../http/responses.ts";
import { FeedPositionGone } from "../store/feed-position.ts";
import { StoreUnavailable } from "../store/store.ts";
import type { LiveHub, ShownMessage } from "../live/hub.ts";
import { isMessageSid } from "../twilio/sid.ts";

/** Seconds after which a listener that doesn't read loses the connection. */
const CUT_OFF_S = 1;
/** Seconds after which to try again when too many are listening. */
const FULL_RETRY_S = 30;
/** The same when the store couldn't answer. */
const UNAVAILABLE_RETRY_S = 5;

type LiveRequest = {
  readonly request: Request;
  /** Null without a listening server. */
  readonly server: Pick<Server<unknown>, "timeout"> | null;
};

/**
 * The event stream after the cursor in `after`, for a page that shows the `alerts` with this mark,
 * and the `message` with this many `reports` beside the feed; a `Last-Event-ID`, which a browser sends
 * when it reconnects, wins. `410` when the cursor isn't from this ledger, so that the page
 * has to be loaded again.
 */
export const liveHandler =
  (hub: LiveHub, streams: Pick<OpenStreams, "watch">) =>
  async ({ request, server }: LiveRequest): Promise<Response> => {
    const shown = new URL(request.url).searchParams;
    const after = request.headers.get("last-event-id") ?? shown.get("after");
    try {
      const stream = hub.listen(
        await hub.shownOf(after, shown.get("alerts"), messageIn(shown)),
        () => server?.timeout(request, CUT_OFF_S),
        () => streams.watch(request),
        viewerOf(request)?.userId,
      );
      if (stream === undefined) return notNow(FULL_RETRY_S);
      // Bun doesn't count what it writes as activity, so it would close the stream.
      server?.timeout(request, 0);
      return eventStream(stream);
    } catch (error) {
      if (error instanceof StoreUnavailable) return notNow(UNAVAILABLE_RETRY_S);
      if (error instanceof FeedPositionGone)
        return eventStream(null, { status: 410 });
      throw error;
    }
  };

function messageIn(shown: URLSearchParams): ShownMessage | undefined {
  const messageSid = shown.get("message") ?? "";
  const reports = Number(shown.get("reports") ?? 0);
  return isMessageSid(messageSid) ? { messageSid, reports } : undefined;
}

/** An event stream too, so that htmx takes it for a lost one and reconnects. */
function notNow(retryAfterS: number): Response {
  return eventStream(null, {
    status: 503,
    headers: { "retry-after": String(retryAfterS) },
  });
}
