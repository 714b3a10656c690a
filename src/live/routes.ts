import { Elysia } from "elysia";
import type { OpenStreams } from "../account/open-streams.ts";
import { eventStream } from "../http.ts";
import type { LiveHub } from "./hub.ts";

/** Seconds after which a listener who does not read loses the connection. */
const CUT_OFF_S = 1;
/** Seconds after which one who found too many listening may try again. */
const FULL_RETRY_S = 30;

/** `GET /live?after=<event id>`; a `Last-Event-ID`, which comes with a lost stream's return, wins. */
export const liveRoutes = (hub: LiveHub, streams: Pick<OpenStreams, "watch">) =>
  new Elysia().get("/live", ({ request, server }) => {
    const after =
      request.headers.get("last-event-id") ??
      new URL(request.url).searchParams.get("after");
    const stream = hub.listen(
      eventId(after),
      () => server?.timeout(request, CUT_OFF_S),
      () => streams.watch(request),
    );
    if (stream === undefined) {
      // As an event stream too, so that htmx takes it for a lost one and comes back.
      return eventStream(null, {
        status: 503,
        headers: { "retry-after": String(FULL_RETRY_S) },
      });
    }
    // Bun does not count what it writes as activity, so it would close the stream.
    server?.timeout(request, 0);
    return eventStream(stream);
  });

/** The id of an event; 0, before the first one, for what is none. */
function eventId(text: string | null): number {
  return /^\d{1,15}$/.test(text ?? "") ? Number(text) : 0;
}
