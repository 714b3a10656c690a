import type { FeedPosition } from "../store/feed-position.ts";
import type { EventWithMessage } from "../store/store.ts";
import type { FeedPages } from "./feed-pages.ts";
import { FeedProgress } from "./feed-progress.ts";
import {
  eventJob,
  takeFree,
  type EventSender,
  type IsBusy,
  type Job,
  type Source,
} from "./job.ts";
import type { Wanted } from "./wanted.ts";

/** More is read when fewer events than this are ready. */
const READY_MIN = 10;
/** An endpoint that is later than this may get several requests at once. */
const BEHIND_MS = 1_000;

type Ready = { readonly matched: EventWithMessage; readonly readAt: number };

export type LiveFeedDeps = {
  readonly pages: FeedPages;
  readonly wanted: Wanted;
  readonly sender: EventSender;
  readonly elapsed: () => number;
};

/** The events after an endpoint's cursor that match its filter, in order. */
export class LiveFeed implements Source {
  readonly #deps: LiveFeedDeps;
  readonly #progress: FeedProgress;
  #ready: Ready[] = [];
  #unsent: number[] = [];
  #isReading = false;
  /** When an event was last started. */
  #startedAt = -Infinity;
  /** Rises when what is being read has become useless. */
  #round = 0;

  constructor(deps: LiveFeedDeps, position: FeedPosition) {
    this.#deps = deps;
    this.#progress = new FeedProgress(position);
  }

  get cursor(): FeedPosition {
    return this.#progress.cursor;
  }

  /** Whether this event is already being taken care of. */
  has(eventId: number): boolean {
    return this.#progress.has(eventId);
  }

  /** Events that others overtook; write them down now. */
  lease(): number[] {
    return this.#progress.lease();
  }

  /** Whether so little is ready that more is to be read. */
  get isShort(): boolean {
    return this.#ready.length < READY_MIN;
  }

  /** How long ago an event was last started. */
  get restedMs(): number {
    return this.#deps.elapsed() - this.#startedAt;
  }

  isBehind(): boolean {
    const [first] = this.#ready;
    if (first === undefined) return false;
    const { elapsed, sender } = this.#deps;
    return (
      sender.now() - first.matched.event.receivedAt > BEHIND_MS ||
      elapsed() - first.readAt > BEHIND_MS
    );
  }

  next(isBusy: IsBusy): Job | undefined {
    const found = takeFree(
      this.#ready,
      ({ matched }) => matched.event.messageSid,
      isBusy,
    );
    if (found === undefined) return undefined;
    this.#progress.start(found.matched.event.id);
    this.#startedAt = this.#deps.elapsed();
    return eventJob("live", found.matched, 0, this.#deps.sender);
  }

  settled(job: Job): boolean {
    return job.items.some(({ item }) => this.#progress.settle(item.id));
  }

  /** The next `forget` decides what happens to it. */
  returned(job: Job): void {
    for (const { item } of job.items) this.#unsent.push(item.id);
  }

  /**
   * Forgets what is ready, which gets old while nothing is sent, and what was returned. They
   * are read again, except for those that this returns: write them down to be sent later.
   */
  forget(): number[] {
    this.#round++;
    const ids = [
      ...this.#unsent,
      ...this.#ready.map(({ matched }) => matched.event.id),
    ];
    this.#ready = [];
    this.#unsent = [];
    return this.#progress.forget(ids.toSorted((one, other) => one - other));
  }

  /** Reads on if little is ready. Resolves to whether it read anything. */
  async refill(end: FeedPosition): Promise<boolean> {
    const { readTo } = this.#progress;
    if (this.#isReading || !this.isShort || readTo.order >= end.order)
      return false;
    this.#isReading = true;
    const round = this.#round;
    try {
      const page = await this.#deps.pages.after(readTo, end);
      const isWanted = await this.#deps.wanted();
      if (round !== this.#round) return false;
      const matching = page.events.filter(isWanted);
      this.#progress.read(
        matching.map(({ event }) => event.id),
        page.next,
      );
      const readAt = this.#deps.elapsed();
      for (const matched of matching) this.#ready.push({ matched, readAt });
      return page.events.length > 0;
    } finally {
      this.#isReading = false;
    }
  }
}
