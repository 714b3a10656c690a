import type { FeedPosition } from "../../src/store/feed-position.ts";
import type { MessageRow } from "../../src/store/store.ts";
import type { BoundedCount } from "../../src/store/tally.ts";
import { boundedCount } from "../../src/words/amounts.ts";
import { LIST_SWAP } from "../parts/list-swap.ts";
import { MessageTableRow } from "./messages-table.tsx";
import type { Urls } from "../../src/site/urls.ts";
import type { Site } from "../site.ts";
import { attribute } from "../parts/values.tsx";

/** The state of an open list: what it shows, and its place in the feed. */
type ListState = {
  /** The filter's text. */
  readonly q: string;
  /** It showed every match above this ID: a match above it that isn't shown is new. */
  readonly completeAbove: number;
  /** The list's place in the feed. */
  readonly position: FeedPosition;
  /** The messages it shows. */
  readonly ids: readonly number[];
};

/** Shows how many new messages there are. Asks whenever something is recorded. */
export function ListWatch({
  urls,
  state,
}: {
  readonly urls: Urls;
  readonly state: ListState;
}) {
  return (
    <div
      class="news-place"
      hx-get={urls.messagesLive}
      hx-trigger="recorded from:#live throttle:2s"
      hx-include="#news"
      hx-target="#news"
      hx-swap="outerHTML"
      hx-sync="this:drop"
      hx-indicator="#none"
    >
      <News urls={urls} state={state} count={{ count: 0, isMore: false }} />
    </div>
  );
}

/** The response to an open list: how many messages are new, and the changed rows, each in its place. */
export function ListNews({
  site,
  q,
  completeAbove,
  position,
  ids,
  count,
  changed,
  now,
}: ListState & {
  readonly site: Site;
  readonly count: BoundedCount;
  readonly changed: readonly MessageRow[];
  readonly now: number;
}) {
  return (
    <>
      <News
        urls={site.urls}
        state={{ q, completeAbove, position, ids }}
        count={count}
      />
      {changed.map((message) => (
        <tag
          of="hx-partial"
          hx-target={`#message-${message.id}`}
          hx-swap="outerMorph"
        >
          <MessageTableRow
            urls={site.urls}
            message={message}
            q={q}
            now={now}
            // Another class than the last time, so that the highlight begins anew.
            mark={position.order % 2 === 0 ? "changed changed-even" : "changed"}
          />
        </tag>
      ))}
    </>
  );
}

function News({
  urls,
  state: { q, completeAbove, position, ids },
  count,
}: {
  readonly urls: Urls;
  readonly state: ListState;
  readonly count: BoundedCount;
}) {
  const href = urls.messages({ q });
  return (
    <div id="news" class="news">
      <input type="hidden" name="q" value={attribute(q)} />
      <input type="hidden" name="above" value={String(completeAbove)} />
      <input type="hidden" name="after" value={position.text} />
      <input type="hidden" name="ids" value={ids.join(",")} />
      {count.count === 0 ? (
        ""
      ) : (
        <a class="news-link" href={href} hx-get={href} {...LIST_SWAP}>
          <span aria-hidden="true">↑</span>{" "}
          <span safe>{`${boundedCount(count)} new`}</span>
        </a>
      )}
    </div>
  );
}
