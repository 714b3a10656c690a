import type { FeedPosition } from "../../store/feed-position.ts";
import type { Store } from "../../store/store.ts";

export type EventWaitsDeps = {
  readonly store: Pick<Store, "feedEnd">;
  readonly stopping: AbortSignal;
};

const LIMITS = {
  /** How often the store is asked while a request waits. */
  pollMs: 1_000,
  /** The maximum; past it a request is answered at once, and has to ask again. */
  waiting: 100,
};

type Waiting = { readonly after: FeedPosition; readonly goOn: () => void };

/**
 * Lets requests wait for an event. One query a second serves all of them, and there are
 * none while nobody waits.
 */
export class EventWaits {
  readonly #store: Pick<Store, "feedEnd">;
  readonly #limits: typeof LIMITS;
  readonly #stopping: AbortSignal;
  readonly #waiting = new Set<Waiting>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    { store, stopping }: EventWaitsDeps,
    limits: Partial<typeof LIMITS> = {},
  ) {
    this.#store = store;
    this.#stopping = stopping;
    this.#limits = { ...LIMITS, ...limits };
  }

  /**
   * Resolves when there is an event after this position, when the time is up, when `gone`
   * is aborted, or when the server is about to stop. Never rejects.
   */
  async wait(
    after: FeedPosition,
    ms: number,
    gone: AbortSignal,
  ): Promise<void> {
    const ends = AbortSignal.any([
      gone,
      this.#stopping,
      AbortSignal.timeout(ms),
    ]);
    if (this.#waiting.size >= this.#limits.waiting || ends.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const goOn = (): void => resolve();
    const waiting = { after, goOn };
    ends.addEventListener("abort", goOn, { once: true });
    this.#waiting.add(waiting);
    this.#timer ??= setInterval(() => void this.#look(), this.#limits.pollMs);
    await promise;
    ends.removeEventListener("abort", goOn);
    this.#waiting.delete(waiting);
    if (this.#waiting.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #look(): Promise<void> {
    // If the store doesn't answer, all continue: they ask it themselves and report why.
    const end = await this.#store.feedEnd().catch(() => undefined);
    for (const { after, goOn } of this.#waiting)
      if (end === undefined || !after.isSame(end)) goOn();
  }
}
