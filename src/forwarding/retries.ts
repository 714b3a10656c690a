import type { Item, OutboxStore, Target } from "../store/outbox.ts";
import { deliveryJobs, type DeliveryReading } from "./delivery-jobs.ts";
import {
  itemKey,
  takeFree,
  type EventSender,
  type IsBusy,
  type Job,
  type Source,
} from "./job.ts";

/** Deliveries that are read at a time. */
const READ_MAX = 25;
/** How often to check whether something is due, whatever is known: the clock may have been set. */
const CHECK_EVERY_MS = 60_000;
/** With this many deliveries waiting, no more changes of the "do not send" list become deliveries. */
const WAITING_MAX = 5_000;

export type RetriesDeps = {
  readonly target: Target;
  readonly store: DeliveryReading & {
    readonly outbox: Pick<OutboxStore, "due" | "progressOf">;
  };
  readonly sender: EventSender;
  readonly elapsed: () => number;
  /** Whether somebody else takes care of an item. */
  readonly isTaken: (item: Item) => boolean;
  /** The items whose rows are out of date, by key. */
  readonly unsaved: () => ReadonlySet<string>;
  /** Its event no longer exists. */
  readonly onGone: (item: Item) => void;
};

/** The deliveries of an endpoint that are due again. */
export class Retries implements Source {
  readonly #deps: RetriesDeps;
  #ready: Job[] = [];
  readonly #own = new Set<string>();
  #waiting: number;
  #nextAt: number | undefined;
  /** The earliest of what was noted since everything was saved: reading may not find it yet. */
  #notedAt: number | undefined;
  #checkedAt = -Infinity;
  #isReading = false;

  constructor(
    deps: RetriesDeps,
    known: { readonly waiting: number; readonly nextAt: number | undefined },
  ) {
    this.#deps = deps;
    this.#waiting = known.waiting;
    this.#nextAt = known.nextAt;
  }

  /** Whether `WAITING_MAX` deliveries wait. */
  get isFull(): boolean {
    return this.#waiting >= WAITING_MAX;
  }

  /** Whether more is due than is ready. */
  get isShort(): boolean {
    const isDue = (this.#nextAt ?? Infinity) <= this.#deps.sender.now();
    return isDue && this.#ready.length === 0;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** A delivery was written down; null once it's given up. */
  wrote(nextAt: number | null, isNew: boolean): void {
    if (isNew && nextAt !== null) this.#waiting++;
    if (!isNew && nextAt === null) this.removed();
    if (nextAt !== null) this.mayBeDue(nextAt);
  }

  removed(): void {
    this.#waiting = Math.max(0, this.#waiting - 1);
  }

  /** Something may be due then. */
  mayBeDue(at: number): void {
    this.#nextAt = Math.min(this.#nextAt ?? at, at);
    this.#notedAt = Math.min(this.#notedAt ?? at, at);
  }

  next(isBusy: IsBusy): Job | undefined {
    return takeFree(this.#ready, ({ messageSid }) => messageSid, isBusy);
  }

  settled(job: Job): boolean {
    this.#release(job);
    return true;
  }

  returned(job: Job): void {
    this.#release(job);
    // It's still due.
    this.mayBeDue(0);
  }

  /** Forgets what is ready, which gets old while nothing is sent. */
  forget(): void {
    for (const job of this.#ready) this.returned(job);
    this.#ready = [];
  }

  async refill(): Promise<void> {
    const { sender, elapsed } = this.#deps;
    const now = sender.now();
    const isChecked = elapsed() - this.#checkedAt < CHECK_EVERY_MS;
    if (this.#isReading || this.#ready.length > 0) return;
    if (!this.isShort && isChecked) return;
    this.#isReading = true;
    try {
      await this.#read(now);
      this.#checkedAt = elapsed();
    } finally {
      this.#isReading = false;
    }
  }

  async #read(now: number): Promise<void> {
    const { target, store, isTaken, unsaved } = this.#deps;
    // What is settled and saved while this is read was still due when it was read.
    const before = unsaved().union(this.#own);
    if (unsaved().size === 0) this.#notedAt = undefined;
    const due = await store.outbox.due(target, now, READ_MAX);
    const fresh = due.filter(({ item }) => {
      const key = itemKey(item);
      return !before.has(key) && !unsaved().has(key) && !isTaken(item);
    });
    const jobOf = await deliveryJobs(store, this.#deps.sender, fresh);
    if (due.length < READ_MAX) {
      const [saved] = await store.outbox.progressOf([target]);
      this.#waiting = saved?.waiting ?? 0;
      this.#nextAt = saved?.nextAt;
      if (this.#notedAt !== undefined) this.mayBeDue(this.#notedAt);
    }
    for (const delivery of fresh) {
      const { item } = delivery;
      // A change of the "do not send" list begins as a delivery.
      const isFirst = item.feed === "suppressions" && delivery.attempts === 0;
      const job = jobOf(delivery, isFirst ? "live" : "retry");
      // Something else may have taken it meanwhile.
      if (isTaken(item)) continue;
      if (job === undefined) {
        this.removed();
        this.#deps.onGone(item);
        continue;
      }
      this.#own.add(itemKey(item));
      this.#ready.push(job);
    }
  }

  #release(job: Job): void {
    for (const { item } of job.items) this.#own.delete(itemKey(item));
  }
}
