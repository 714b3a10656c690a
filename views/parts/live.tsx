import { alertsMark } from "../../src/alerts/open-alerts.ts";
import type { ShownMessage } from "../../src/live/hub.ts";
import type { FeedPosition } from "../../src/store/feed-position.ts";
import type { Site } from "../site.ts";

/**
 * Whether the page hears of new events and alerts as they are recorded, and a button that
 * stops and resumes it. `#live` sends on each `recorded` event; live.js gives it the words of
 * its state. The stream is an element of its own, as each new stream needs a new one.
 */
export function Live({
  site,
  after,
  message,
}: {
  readonly site: Site;
  readonly after: FeedPosition;
  readonly message: ShownMessage | undefined;
}) {
  return (
    <div id="live" class="live" data-state="connecting">
      <span
        class="stream"
        hx-sse:connect={site.urls.live(
          after,
          alertsMark(site.openAlerts()),
          message,
        )}
        hx-swap="none"
        hidden
      ></span>
      <button type="button" class="tool live-button" title="Stop live updates">
        <span class="live-dot" aria-hidden="true"></span>
        <span class="visually-hidden">Live updates: </span>
        <span class="live-word">Connecting</span>
      </button>
    </div>
  );
}
