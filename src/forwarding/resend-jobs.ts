import type { Item, OutboxStore, Resend } from "../store/outbox.ts";
import type { FeedPosition } from "../store/feed-position.ts";
import type { EventWithMessage, Reading } from "../store/store.ts";
import { deliveryJobs, type DeliveryReading } from "./delivery-jobs.ts";
import { PAGE_EVENTS } from "./feed-pages.ts";
import {
  eventJob,
  type EventSender,
  type IsBusy,
  type Job,
  type Source,
} from "./job.ts";
import { Pacer } from "./schedule.ts";
import type { Wanted } from "./wanted.ts";

export type ResendDeps = {
  readonly store: DeliveryReading &
    Pick<Reading, "feedStart" | "feedWithMessages"> & {
      readonly outbox: Pick<OutboxStore, "deliveries">;
    };
  readonly sender: EventSender;
  readonly elapsed: () => number;
  readonly wanted: Wanted;
  /** Its event no longer exists. */
  readonly onGone: (item: Item) => void;
};

type Ready = { readonly cursor: number; readonly job: Job };

/** One running resend, one event at a time: after a crash, at most one is sent twice. */
export class ResendJobs implements Source {
  readonly #deps: ResendDeps;
  readonly #resend: Resend;
  readonly #pacer: Pacer;
  #ready: Ready[] = [];
  #underWay: Ready | undefined;
  #isReading = false;
  /** Up to here everything is read, or done. */
  #readTo: number;
  #cursor: number;
  #sent: number;
  #failed: number;
  #isDirty = false;

  constructor(deps: ResendDeps, resend: Resend) {
    this.#deps = deps;
    this.#resend = resend;
    this.#pacer = new Pacer(resend.ratePerSecond, deps.elapsed());
    this.#readTo = resend.cursor;
    this.#cursor = resend.cursor;
    this.#sent = resend.sent;
    this.#failed = resend.failed;
  }

  get id(): number {
    return this.#resend.id;
  }

  get isDone(): boolean {
    return this.#cursor >= this.#resend.untilId;
  }

  next(isBusy: IsBusy): Job | undefined {
    const [first] = this.#ready;
    if (first === undefined || this.#underWay !== undefined) return undefined;
    if (isBusy(first.job.messageSid)) return undefined;
    if (!this.#pacer.has(this.#deps.elapsed())) return undefined;
    this.#pacer.take();
    this.#ready.shift();
    this.#underWay = first;
    return first.job;
  }

  settled(_: Job, isDelivered: boolean): boolean {
    if (isDelivered) this.#sent++;
    else this.#failed++;
    this.#cursor = this.#underWay?.cursor ?? this.#cursor;
    this.#underWay = undefined;
    this.#isDirty = true;
    this.#advance();
    return true;
  }

  returned(): void {
    this.#underWay = undefined;
    this.forget();
  }

  /** Forgets what is ready, which gets old while nothing is sent. */
  forget(): void {
    this.#readTo = this.#underWay?.cursor ?? this.#cursor;
    this.#ready = [];
  }

  /** What is to be saved, if anything changed. */
  takeProgress() {
    if (!this.#isDirty) return undefined;
    this.#isDirty = false;
    const [cursor, sent, failed] = [this.#cursor, this.#sent, this.#failed];
    return { id: this.id, cursor, sent, failed };
  }

  /** Reads on if nothing is ready. Resolves to whether it read anything. */
  async refill(): Promise<boolean> {
    const isRead = this.#readTo >= this.#resend.untilId;
    if (this.#isReading || this.#ready.length > 0 || isRead) return false;
    this.#isReading = true;
    const from = this.#readTo;
    try {
      const page =
        this.#resend.kind === "failed"
          ? await this.#readFailed(from)
          : await this.#readRange(from);
      if (this.#readTo !== from) return false;
      this.#ready = page.ready;
      this.#readTo = page.next;
      this.#advance();
      return true;
    } finally {
      this.#isReading = false;
    }
  }

  /** What was read and isn't to be sent is done. */
  #advance(): void {
    if (this.#ready.length > 0 || this.#underWay !== undefined) return;
    if (this.#readTo > this.#cursor) this.#isDirty = true;
    this.#cursor = Math.max(this.#cursor, this.#readTo);
  }

  async #readRange(from: number): Promise<{ ready: Ready[]; next: number }> {
    const { store, wanted, sender } = this.#deps;
    const { untilId, range } = this.#resend;
    const position = await this.#positionAfter(from);
    const { events } = await store.feedWithMessages(position, PAGE_EVENTS);
    const isIn = ({ event: { id, receivedAt } }: EventWithMessage) =>
      id <= untilId &&
      (range === null ||
        (receivedAt >= range.from && receivedAt < range.until));
    const isWanted = await wanted();
    const ready = events
      .filter((each) => isIn(each) && isWanted(each))
      .map((matched) => ({
        job: eventJob("resend", matched, 0, sender),
        cursor: matched.event.id,
      }));
    const last = events.at(-1)?.event.id;
    const isEnd = last === undefined || events.length < PAGE_EVENTS;
    return { ready, next: isEnd ? untilId : Math.min(last, untilId) };
  }

  async #positionAfter(id: number): Promise<FeedPosition> {
    return (await this.#deps.store.feedStart()).afterEvent(id);
  }

  async #readFailed(from: number): Promise<{ ready: Ready[]; next: number }> {
    const { store, sender, onGone } = this.#deps;
    const { target, untilId } = this.#resend;
    const page = { isFailed: true, afterId: from, size: PAGE_EVENTS };
    const all = await store.outbox.deliveries(target, page);
    const failed = all.filter(({ id }) => id <= untilId);
    const jobOf = await deliveryJobs(store, sender, failed);
    const ready = failed.flatMap((delivery) => {
      const job = jobOf(delivery, "resend");
      if (job === undefined) onGone(delivery.item);
      return job === undefined ? [] : [{ job, cursor: delivery.id }];
    });
    const isEnd = all.length < PAGE_EVENTS;
    const next = isEnd ? untilId : (failed.at(-1)?.id ?? untilId);
    return { ready, next };
  }
}
