import type { Outbound } from "../outbound/outbound.ts";
import type { Endpoint, EndpointSecrets } from "../store/endpoints.ts";
import type { FeedPosition } from "../store/feed-position.ts";
import { endpointTarget, type Item, type Resend } from "../store/outbox.ts";
import type { TargetSaved } from "../store/outbox.ts";
import type { Stores } from "../store/stores.ts";
import { ChangeFeed } from "./change-feed.ts";
import type { FeedPages } from "./feed-pages.ts";
import type { EventSender, Source } from "./job.ts";
import { Lane, type LaneDeps, type LaneView } from "./lane.ts";
import { LiveFeed } from "./live-feed.ts";
import type { Destination } from "./post.ts";
import { ResendJobs } from "./resend-jobs.ts";
import { Retries } from "./retries.ts";
import { Pacer, retryDelay } from "./schedule.ts";
import { keyOf } from "./signature.ts";
import { wantedBy, wantsChange, type Wanted } from "./wanted.ts";
import { ROTATION_MS } from "../store/endpoints.ts";

export type EndpointLaneDeps = LaneDeps & {
  readonly store: Pick<
    Stores,
    | "eventsWithMessages"
    | "feedStart"
    | "feedWithMessages"
    | "matcher"
    | "messageBySid"
    | "outbox"
    | "suppressions"
    | "timeline"
  >;
  readonly outbound: Pick<Outbound, "send">;
  readonly pages: FeedPages;
};

/** Every fourth job is a retry if one is due; while the endpoint is down, every second one. */
const RETRY_TURN = 4;
const PROBE_TURN = 2;
/**
 * An endpoint that has only failed for this long is probed with its waiting deliveries if it
 * has at least this many: each live event would add one, and the oldest would be given up.
 */
const DEAD_MS = 3_600_000;
const DEAD_WAITING_MIN = 1_000;
/** How often a live event is tried then: in five days, fewer fail than `RETRIED_MAX`. */
const DEAD_PROBE_MS = 180_000;

/** What an endpoint is sent: live events, retries and resends. */
export class EndpointLane {
  readonly lane: Lane;
  readonly revision: number;
  readonly #deps: EndpointLaneDeps;
  readonly #sender: EventSender;
  readonly #wanted: Wanted;
  readonly #live: LiveFeed;
  readonly #retries: Retries;
  readonly #changes: ChangeFeed;
  #resends: readonly ResendJobs[] = [];
  #end: FeedPosition | undefined;
  #isWorking = false;
  #isAgain = false;

  /** Throws UnreadableFilter. */
  constructor(
    deps: EndpointLaneDeps,
    endpoint: Endpoint,
    secrets: EndpointSecrets,
    saved: TargetSaved,
  ) {
    const { clock, store, outbound, pages, random } = deps;
    this.revision = endpoint.revision;
    this.#deps = deps;
    const { elapsed, now } = clock;
    const destination = () => destinationOf(endpoint, secrets, now());
    const sender = { outbound, now, destination };
    this.#sender = sender;
    const wanted = wantedBy(store, endpoint, now());
    this.#wanted = wanted;
    this.#live = new LiveFeed(
      { pages, wanted, sender, elapsed },
      endpoint.position,
    );
    this.#retries = new Retries(
      {
        target: endpointTarget(endpoint.id),
        store,
        sender,
        elapsed,
        isTaken: ({ id }) => this.#live.has(id),
        unsaved: () => this.lane.unsaved(),
        onGone: (item) => this.lane.drop(item),
      },
      saved,
    );
    this.#changes = new ChangeFeed(
      {
        elapsed,
        suppressions: store.suppressions,
        isWanted: wantsChange(store, endpoint, now()),
        take: (items, cursor) => this.lane.take(items, cursor),
      },
      saved.suppressionsCursor,
    );
    // The next events are read before the last ones are sent.
    const onChange = () => {
      deps.onChange();
      this.goOn();
    };
    this.lane = new Lane({ ...deps, onChange }, saved, {
      sources: (view) => this.#sources(view),
      limit: () => (this.#live.isBehind() ? endpoint.concurrency : 1),
      pacer: new Pacer(endpoint.ratePerSecond, elapsed()),
      delay: (attempts) => retryDelay(attempts, random),
      waiting: this.#retries,
      forget: () => this.#forget(),
      lease: () => this.#live.lease().map(eventItem),
      cursor: () => this.#live.cursor,
      resends: () =>
        this.#resends
          .map((resend) => resend.takeProgress())
          .filter((progress) => progress !== undefined),
      isDisabled: true,
      opensAtOnce: false,
    });
  }

  /** Does the same if little is ready; call it when something was sent or saved. */
  goOn(): void {
    const isShort =
      this.#live.isShort || this.#retries.isShort || this.#resends.length > 0;
    // What can't be read now is read, and reported, in the worker's next turn.
    if (this.#end !== undefined && isShort)
      this.work(this.#end).catch(() => undefined);
  }

  /** Gets ready what can be sent, and sends it; `end` is the end of the feed. */
  async work(end: FeedPosition): Promise<void> {
    this.#end = end;
    this.#isAgain = true;
    if (this.#isWorking) return;
    this.#isWorking = true;
    try {
      // What is sent or saved meanwhile may make room for more.
      while (this.#isAgain) {
        this.#isAgain = false;
        await this.#refill();
      }
    } finally {
      this.#isWorking = false;
    }
  }

  async #refill(): Promise<void> {
    const { lane } = this;
    if (!lane.isDown) lane.pump();
    if (lane.isReady && !lane.isDown && !this.#retries.isFull)
      await this.#changes.refill();
    if (lane.isReady) await this.#retries.refill();
    if (lane.isReady) for (const resend of this.#resends) await resend.refill();
    // What the filter leaves out is passed at once.
    while (lane.isReady) {
      const end = this.#end;
      if (end === undefined || !(await this.#live.refill(end))) break;
      if (!lane.isDown) lane.pump();
    }
    lane.pump();
  }

  /** Sets which resends are running; returns those that are done. */
  resend(running: readonly Resend[]): readonly Resend[] {
    const { store, clock } = this.#deps;
    this.#resends = running.map(
      (resend) =>
        this.#resends.find(({ id }) => id === resend.id) ??
        new ResendJobs(
          {
            store,
            sender: this.#sender,
            elapsed: clock.elapsed,
            wanted: this.#wanted,
            onGone: (item) => this.lane.drop(item),
          },
          resend,
        ),
    );
    const done = new Set(
      this.#resends.filter(({ isDone }) => isDone).map(({ id }) => id),
    );
    return running.filter(({ id }) => done.has(id));
  }

  #sources(view: LaneView): Source[] {
    const { turn, isDown, isResending, isFull } = view;
    if (isDown && isFull) return [];
    if (this.#isDead(view) && this.#live.restedMs < DEAD_PROBE_MS)
      return [this.#retries];
    const isRetryTurn = turn % (isDown ? PROBE_TURN : RETRY_TURN) === 0;
    const usual = isRetryTurn
      ? [this.#retries, this.#live]
      : [this.#live, this.#retries];
    // Whether it's up again is found out with whatever there is to send.
    if (isDown) return [...usual, ...this.#resends];
    // Live events go first.
    const mayResend = !isResending && !this.#live.isBehind();
    return [...(isFull ? [] : usual), ...(mayResend ? this.#resends : [])];
  }

  #isDead({ isDown, failingMs }: LaneView): boolean {
    const isMany = this.#retries.waiting >= DEAD_WAITING_MIN;
    return isDown && isMany && failingMs >= DEAD_MS;
  }

  #forget(): Item[] {
    this.#retries.forget();
    for (const resend of this.#resends) resend.forget();
    return this.#live.forget().map(eventItem);
  }
}

function eventItem(id: number): Item {
  return { feed: "events", id };
}

/** The secret before signs, too, for a while after a rotation. */
function destinationOf(
  { url }: Endpoint,
  { secret, previous }: EndpointSecrets,
  now: number,
): Destination {
  const left = (previous?.until ?? 0) - now;
  const isRotating = previous !== undefined && left > 0 && left <= ROTATION_MS;
  const secrets = isRotating ? [secret, previous.secret] : [secret];
  return { url, keys: secrets.map(keyOf) };
}
