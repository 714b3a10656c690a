import {
  channelTarget,
  type Delivery,
  type OutboxStore,
  type Target,
  type TargetSaved,
} from "../store/outbox.ts";
import { itemKey, type Job, type Source } from "./job.ts";
import { Lane, type LaneDeps } from "./lane.ts";
import { noticeDelay, Pacer } from "./schedule.ts";
import type { Outcome } from "./target.ts";

/** Notices that are sent together at most: as one, if there are several. */
const TOGETHER_MAX = 2_000;
/** Longer than any notice waits for its next attempt. */
const LATER_MS = 3_600_000;
/** How often to check for new notices. */
const CHECK_EVERY_MS = 1_000;
const PER_SECOND = 5;

/** Sends notices, as JSON, to an alert channel. Rejects when it can't even try now. */
export type SendNotices = (
  channelId: number,
  notices: readonly string[],
  signal: AbortSignal,
) => Promise<Outcome>;

export type ChannelLaneDeps = LaneDeps & {
  readonly outbox: Pick<OutboxStore, "due">;
  readonly sendNotices: SendNotices;
};

/** What a notification channel is sent: everything that waits for it, at once. */
export class ChannelLane implements Source {
  readonly lane: Lane;
  readonly #deps: ChannelLaneDeps;
  readonly #channelId: number;
  #due: readonly Delivery[] = [];
  readonly #underWay = new Set<string>();
  #checkedAt = -Infinity;

  constructor(deps: ChannelLaneDeps, channelId: number, saved: TargetSaved) {
    const { clock, random } = deps;
    this.#deps = deps;
    this.#channelId = channelId;
    this.lane = new Lane(deps, saved, {
      sources: ({ isFull }) => (isFull ? [] : [this]),
      limit: () => 1,
      pacer: new Pacer(PER_SECOND, clock.elapsed()),
      delay: (attempts) => noticeDelay(attempts, random),
      waiting: {
        wrote: () => undefined,
        removed: () => undefined,
        mayBeDue: () => (this.#checkedAt = -Infinity),
      },
      forget: () => {
        this.#due = [];
        return [];
      },
      lease: () => [],
      cursor: () => undefined,
      resends: () => [],
      isDisabled: false,
      opensAtOnce: true,
    });
  }

  /** Sends what is due. */
  async work(): Promise<void> {
    const { clock } = this.#deps;
    const elapsed = clock.elapsed();
    if (!this.lane.isReady || elapsed - this.#checkedAt < CHECK_EVERY_MS)
      return;
    this.#checkedAt = elapsed;
    const target = channelTarget(this.#channelId);
    // What is settled and saved while this is read was still due when it was read.
    const before = this.lane.unsaved().union(this.#underWay);
    const due = await this.#whatWaits(target, clock.now());
    const isTaken = (key: string) =>
      before.has(key) || this.lane.unsaved().has(key);
    this.#due = due.filter(({ item }) => !isTaken(itemKey(item)));
    this.lane.pump();
  }

  /**
   * Returns what waits for the channel in the order in which it was written, if anything is
   * due: whatever failed before too, as a notice isn't true without the later ones of its
   * alert. What was never tried, such as in quiet hours, waits for its time.
   */
  async #whatWaits(target: Target, now: number): Promise<readonly Delivery[]> {
    const { outbox } = this.#deps;
    const due = await outbox.due(target, now, TOGETHER_MAX);
    if (due.length === 0) return [];
    const later = await outbox.due(target, now + LATER_MS, TOGETHER_MAX);
    const ids = new Set(due.map(({ id }) => id));
    const failed = later.filter(
      ({ id, attempts }) => attempts > 0 && !ids.has(id),
    );
    return [...due, ...failed].toSorted(
      (one, other) => one.item.id - other.item.id,
    );
  }

  next(): Job | undefined {
    if (this.#due.length === 0) return undefined;
    const due = this.#due;
    this.#due = [];
    for (const { item } of due) this.#underWay.add(itemKey(item));
    const notices = due.flatMap(({ notice }) => notice ?? []);
    const { sendNotices } = this.#deps;
    const isRetry = due.some(({ attempts }) => attempts > 0);
    return {
      kind: isRetry ? "retry" : "live",
      type: "notice",
      items: due.map(({ item, attempts }) => ({ item, attempts })),
      messageSid: undefined,
      send: (signal) => sendNotices(this.#channelId, notices, signal),
    };
  }

  settled(job: Job): boolean {
    this.returned(job);
    return true;
  }

  returned(job: Job): void {
    for (const { item } of job.items) this.#underWay.delete(itemKey(item));
  }
}
