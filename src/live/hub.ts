import type { WatchedStream } from "../account/open-streams.ts";
import type { Log } from "../log/log.ts";
import { FeedPosition, FeedPositionGone } from "../store/feed-position.ts";
import { StoreUnavailable, type Store } from "../store/store.ts";

/** What a page shows, and the stream therefore continues from. */
export type Shown = {
  /** The end of the feed. */
  readonly feed: FeedPosition;
  /** The mark of its open alerts. */
  readonly alerts: string;
  /** The message that it's about, as what confirms or repeats its events isn't in the feed. */
  readonly message?: ShownMessage | undefined;
};

/** A message, and how many reports have confirmed or repeated its events. */
export type ShownMessage = {
  readonly messageSid: string;
  readonly reports: number;
};

export type HubDeps = {
  readonly store: Pick<Store, "feedEnd" | "changesSince" | "furtherReports">;
  /** Resolves to the mark of the alerts that are open; see `alertsMark`. */
  readonly alertsMark: () => Promise<string>;
  readonly log: Log;
  readonly stopping: AbortSignal;
};

const LIMITS = {
  /** How often the store is read, and the maximum rate of messages to a listener. */
  pollMs: 1_000,
  /** How often a listener gets a heartbeat; proxies close connections that are silent for long. */
  heartbeatMs: 15_000,
  listeners: 100,
  /** Listeners per user, so that nobody takes all places: a hidden tab needs none. */
  listenersOfOne: 20,
};

/** Pieces of about 50 bytes that wait for a listener who doesn't read. */
const WAITING_PIECES_MAX = 4;
/** How long a client waits before it reconnects. */
const RETRY_MS = 1_000;

type Listener = {
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  /** Ends the connection of a listener who doesn't read; then its stream is canceled. */
  readonly cutOff: () => void;
  readonly watched: WatchedStream;
  /** Undefined without sign-in. */
  readonly userId: number | undefined;
  /** What it was last told of. */
  known: Shown;
  /** It just received what it had missed, so its next turn is skipped. */
  isJustTold: boolean;
};

/**
 * Tells its listeners when something was recorded, as server-sent events: `recorded`,
 * whose id is the end of the feed and whose data says how many failures came since the
 * listener's last one. An alert that opens, changes or ends is told the same way, as the
 * worst one is that nothing is recorded any more; and so is, to the page of a message, what
 * confirms or repeats its events. It asks the store, and only while someone listens, so recording
 * knows nothing of it. A listener who reads too slowly is told less often, of more.
 */
export class LiveHub {
  readonly #deps: HubDeps;
  readonly #limits: typeof LIMITS;
  readonly #listeners = new Set<Listener>();
  readonly #encoder = new TextEncoder();
  #timers: readonly NodeJS.Timeout[] = [];
  #isAsking = false;
  #isFailing = false;

  constructor(deps: HubDeps, limits: Partial<typeof LIMITS> = {}) {
    this.#deps = deps;
    this.#limits = { ...LIMITS, ...limits };
    deps.stopping.addEventListener("abort", () => this.#closeAll(), {
      once: true,
    });
  }

  /** The number of listeners. */
  get listeners(): number {
    return this.#listeners.size;
  }

  /**
   * What a client's page shows, by a cursor and a mark; without them, what there is now.
   * Rejects with FeedPositionGone, and with StoreUnavailable.
   */
  async shownOf(
    cursor: string | null,
    mark: string | null,
    message?: ShownMessage,
  ): Promise<Shown> {
    const feed = await this.#positionOf(cursor);
    return { feed, alerts: mark ?? (await this.#deps.alertsMark()), message };
  }

  async #positionOf(cursor: string | null): Promise<FeedPosition> {
    const { store } = this.#deps;
    if (cursor === null) return store.feedEnd();
    const position = FeedPosition.read(cursor);
    if (position === undefined) throw new FeedPositionGone();
    await store.changesSince(position);
    return position;
  }

  /**
   * Opens an event stream of what changes after what a page shows; what was already
   * missed is sent immediately. It ends with what `watch` returns. Undefined if the
   * maximum number of listeners, in total or for this user, is reached, or the
   * server is about to stop.
   */
  listen(
    after: Shown,
    cutOff: () => void,
    watch: () => WatchedStream,
    userId?: number,
  ): ReadableStream<Uint8Array> | undefined {
    const isFull =
      this.#listeners.size >= this.#limits.listeners ||
      (userId !== undefined &&
        this.#listenersOf(userId) >= this.#limits.listenersOfOne);
    if (isFull || this.#deps.stopping.aborted) return undefined;
    let listener: Listener;
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          listener = {
            controller,
            cutOff,
            watched: watch(),
            userId,
            known: after,
            isJustTold: false,
          };
          this.#add(listener);
        },
        cancel: () => this.#remove(listener),
      },
      { highWaterMark: WAITING_PIECES_MAX },
    );
  }

  #listenersOf(userId: number): number {
    let listeners = 0;
    for (const each of this.#listeners) if (each.userId === userId) listeners++;
    return listeners;
  }

  #add(listener: Listener): void {
    this.#listeners.add(listener);
    listener.watched.ended.addEventListener("abort", () =>
      this.#close(listener),
    );
    if (this.#listeners.size === 1) {
      this.#timers = [
        setInterval(() => void this.#tellAll(), this.#limits.pollMs),
        setInterval(() => this.#beat(), this.#limits.heartbeatMs),
      ];
    }
    this.#send(listener, `retry: ${RETRY_MS}\n\n`);
    void this.#tellMissed(listener);
  }

  #remove(listener: Listener): void {
    this.#listeners.delete(listener);
    listener.watched.done();
    if (this.#listeners.size > 0) return;
    for (const timer of this.#timers) clearInterval(timer);
    this.#timers = [];
  }

  async #tellMissed(listener: Listener): Promise<void> {
    const before = listener.known;
    await this.#tell([listener]);
    listener.isJustTold = listener.known !== before;
  }

  async #tellAll(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    const due = [...this.#listeners].filter(({ isJustTold }) => !isJustTold);
    for (const listener of this.#listeners) listener.isJustTold = false;
    await this.#tell(due);
    this.#isAsking = false;
  }

  /** Reads once for all listeners at the same place, which usually are all. */
  async #tell(listeners: readonly Listener[]): Promise<void> {
    const groups = Map.groupBy(
      listeners.filter(takesMore),
      ({ known: { feed, alerts, message } }) =>
        JSON.stringify([feed.text, alerts, message]),
    );
    try {
      const latest = await this.#deps.store.feedEnd();
      const alerts = await this.#deps.alertsMark();
      for (const group of groups.values()) {
        const [{ known } = {}] = group;
        if (known === undefined) continue;
        const message = await this.#messageNow(known.message);
        const isSame =
          known.feed.isSame(latest) &&
          known.alerts === alerts &&
          known.message?.reports === message?.reports;
        if (!isSame)
          await this.#tellGroup({ ...known, alerts, message }, group);
      }
      this.#isFailing = false;
    } catch (error) {
      // What can't be read now is sent as soon as the store responds again.
      if (error instanceof StoreUnavailable || this.#isFailing) return;
      this.#isFailing = true;
      this.#deps.log.error(
        { error: error instanceof Error ? error.name : typeof error },
        "can't read live updates; retrying every second",
      );
    }
  }

  async #messageNow(
    message: ShownMessage | undefined,
  ): Promise<ShownMessage | undefined> {
    if (message === undefined) return undefined;
    const { messageSid } = message;
    const reports = await this.#deps.store.furtherReports(messageSid);
    return { messageSid, reports };
  }

  /** Notifies the listeners that know the same, up to the same place in the feed. */
  async #tellGroup(known: Shown, group: readonly Listener[]): Promise<void> {
    const isCurrent = (listener: Listener): boolean =>
      listener.known.feed.isSame(known.feed) && this.#listeners.has(listener);
    try {
      const { end, failures } = await this.#deps.store.changesSince(known.feed);
      const data = JSON.stringify({
        order: end.order,
        failures: failures.count,
      });
      for (const listener of group.filter(isCurrent)) {
        listener.known = { ...known, feed: end };
        this.#send(
          listener,
          `event: recorded\nid: ${end.text}\ndata: ${data}\n\n`,
        );
      }
    } catch (error) {
      if (!(error instanceof FeedPositionGone)) throw error;
      // They reconnect with the same position, and are told to start over.
      for (const listener of group.filter(isCurrent)) this.#close(listener);
    }
  }

  #beat(): void {
    for (const listener of this.#listeners) {
      if (takesMore(listener)) this.#send(listener, ":\n\n");
      else listener.cutOff();
    }
  }

  #send({ controller }: Listener, text: string): void {
    controller.enqueue(this.#encoder.encode(text));
  }

  #close(listener: Listener): void {
    if (!this.#listeners.has(listener)) return;
    listener.controller.close();
    this.#remove(listener);
  }

  #closeAll(): void {
    const count = this.#listeners.size;
    for (const listener of this.#listeners) this.#close(listener);
    if (count > 0) {
      this.#deps.log.info(
        `stopping: closed ${count} live ${count === 1 ? "stream" : "streams"}`,
      );
    }
  }
}

function takesMore({ controller }: Listener): boolean {
  return (controller.desiredSize ?? 0) > 0;
}
