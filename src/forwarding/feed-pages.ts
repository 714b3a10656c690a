import { Pace } from "../exports/pace.ts";
import type { FeedPosition } from "../store/feed-position.ts";
import type { FeedPageWithMessages, Reading } from "../store/store.ts";

/** Events that are read at a time. */
export const PAGE_EVENTS = 25;
/** What was read longer ago isn't sent anymore: its messages may have changed, or been erased. */
const KEPT_MS = 1_000;
const KEPT_MAX = 8;

type Page = {
  readonly key: string;
  readonly at: number;
  readonly page: Promise<FeedPageWithMessages>;
};

/** Reads the feed for all endpoints: most are at its end, and read the same. */
export class FeedPages {
  readonly #store: Pick<Reading, "feedWithMessages">;
  readonly #elapsed: () => number;
  /** Leaves time for callbacks and pages, also while endpoints catch up. */
  readonly #pace: Pick<Pace, "step">;
  #pages: readonly Page[] = [];

  constructor(
    store: Pick<Reading, "feedWithMessages">,
    elapsed: () => number,
    pace: Pick<Pace, "step"> = new Pace(),
  ) {
    this.#store = store;
    this.#pace = pace;
    this.#elapsed = elapsed;
  }

  /** The events after a position; `end` is the end of the feed as the caller knows it. */
  after(
    position: FeedPosition,
    end: FeedPosition,
  ): Promise<FeedPageWithMessages> {
    const key = `${position.order} ${end.order}`;
    const now = this.#elapsed();
    const known = this.#pages.find(
      (each) => each.key === key && now - each.at < KEPT_MS,
    );
    if (known !== undefined) return known.page;
    const page = this.#pace.step(() =>
      this.#store.feedWithMessages(position, PAGE_EVENTS),
    );
    this.#pages = [{ key, at: now, page }, ...this.#pages].slice(0, KEPT_MAX);
    // A failed reading is repeated.
    page.catch(() => {
      this.#pages = this.#pages.filter((each) => each.page !== page);
    });
    return page;
  }
}
