import type { FeedPosition } from "../../src/store/feed-position.ts";
import type { Urls } from "../../src/site/urls.ts";

/**
 * Whether the page hears of new events as they are recorded, and a button that stops
 * and resumes it. `#live` sends on each `recorded` event; live.js gives it the words of
 * its state. The stream is an element of its own, as each new stream needs a new one.
 */
export function Live({
  urls,
  after,
}: {
  readonly urls: Urls;
  readonly after: FeedPosition;
}) {
  return (
    <div id="live" class="live" data-state="connecting">
      <span
        class="stream"
        hx-sse:connect={urls.live(after)}
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
