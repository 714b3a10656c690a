import type { FeedPosition } from "../store/feed-position.ts";

/**
 * Which events of the feed are settled for one endpoint: delivered, or written down to be
 * retried. The cursor never passes one that isn't, so nothing is forgotten in a crash. An
 * unsettled event that later ones overtook is leased: it's written down too, and the cursor
 * passes it.
 */
export class FeedProgress {
  #readTo: FeedPosition;
  /** Events that aren't settled, in order. */
  readonly #open = new Set<number>();
  readonly #leased = new Set<number>();
  #settledMax = 0;
  #startedMax = 0;

  constructor(position: FeedPosition) {
    this.#readTo = position;
  }

  /** Where reading continues. */
  get readTo(): FeedPosition {
    return this.#readTo;
  }

  /** Everything up to here is settled, leased, or of no interest. */
  get cursor(): FeedPosition {
    const [first] = this.#open;
    return first === undefined
      ? this.#readTo
      : this.#readTo.afterEvent(first - 1);
  }

  /** Whether this event is unsettled, so that nobody else may send it. */
  has(id: number): boolean {
    return this.#open.has(id) || this.#leased.has(id);
  }

  /** Notes what was read: events to send, in order, and the position after them. */
  read(ids: readonly number[], next: FeedPosition): void {
    for (const id of ids) this.#open.add(id);
    this.#readTo = next;
  }

  start(id: number): void {
    this.#startedMax = Math.max(this.#startedMax, id);
  }

  /** Returns whether the event was leased, so that it's written down. */
  settle(id: number): boolean {
    this.#open.delete(id);
    this.#settledMax = Math.max(this.#settledMax, id);
    return this.#leased.delete(id);
  }

  /** Leases the events that others overtook, and returns them: write them down now. */
  lease(): number[] {
    const overtaken = [...this.#open].filter((id) => id < this.#settledMax);
    this.#moveToLeased(overtaken);
    return overtaken;
  }

  /**
   * Gives up unsettled events, in order: they are read again. Those that later ones have
   * overtaken are returned: write them down to be sent later.
   */
  forget(ids: readonly number[]): number[] {
    const overtaken = ids.filter(
      (id) => id < this.#startedMax && this.#open.has(id),
    );
    const others = ids.filter((id) => id >= this.#startedMax);
    for (const id of ids) {
      this.#open.delete(id);
      this.#leased.delete(id);
    }
    const [first] = others;
    if (first !== undefined) this.#readTo = this.#readTo.afterEvent(first - 1);
    return overtaken;
  }

  #moveToLeased(ids: readonly number[]): void {
    for (const id of ids) {
      this.#open.delete(id);
      this.#leased.add(id);
    }
  }
}
