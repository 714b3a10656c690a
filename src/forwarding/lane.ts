import { failureOf } from "../log/failure.ts";
import type { Log } from "../log/log.ts";
import { FAILING_DAYS_MAX } from "../store/endpoints.ts";
import type { FeedPosition } from "../store/feed-position.ts";
import type { Item, Target, TargetSaved } from "../store/outbox.ts";
import { AttemptLog } from "./attempt-log.ts";
import { ChangeList, type Changes } from "./changes.ts";
import type { Clock } from "./clock.ts";
import { Health } from "./health.ts";
import { itemKey, type Job, type Sent, type Source } from "./job.ts";
import type { Retries } from "./retries.ts";
import type { Pacer, Random } from "./schedule.ts";
import type { Outcome } from "./target.ts";

/** How long an unsettled event that others overtook is ours; an attempt takes less. */
const LEASE_MS = 30_000;
/** How often one item may be held back by `Retry-After` before that counts as a failure. */
const HELD_MAX = 3;
/** How long a lane rests when it couldn't even try. */
const REST_MS = 5_000;
/** How many jobs may be under way or unsaved, in times of those that may be under way: a crash repeats them. */
const UNSAVED_MAX = 4;
/** Progress without attempts is saved this often. */
const CURSOR_EVERY_MS = 5_000;
const DAY_MS = 86_400_000;
const NO_ATTEMPTS = { attempts: [], trims: false };

export type LaneDeps = {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** There may be something to save. */
  readonly onChange: () => void;
  /** Whether nothing may be started: what was done last isn't saved yet. */
  readonly isHalted: () => boolean;
  /** Resolves in another turn of the event loop; see `createTurns`. */
  readonly turn: () => Promise<void>;
};

/** What a lane sends, by what kind of target it is. */
export type LaneWork = {
  /** Where the next job comes from: the first that has one. */
  readonly sources: (view: LaneView) => readonly Source[];
  /** How many jobs that aren't resends may be under way now. */
  readonly limit: () => number;
  readonly pacer: Pacer;
  /** How long after this number of failures an item is tried again; undefined for never. */
  readonly delay: (attempts: number) => number | undefined;
  /** Deliveries were written down, removed, or may be due earlier than was known. */
  readonly waiting: Pick<Retries, "wrote" | "removed" | "mayBeDue">;
  /** Forgets what is ready. Returns the items that are to be written down. */
  readonly forget: () => readonly Item[];
  /** Items that others overtook. */
  readonly lease: () => readonly Item[];
  readonly cursor: () => FeedPosition | undefined;
  readonly resends: () => Changes["resends"];
  /** A permanent failure, or days of failures, disable the target; otherwise the item is given up. */
  readonly isDisabled: boolean;
  /** One success makes everything due that waits. */
  readonly opensAtOnce: boolean;
};

export type LaneView = {
  /** How many jobs were started, so that sources take turns. */
  readonly turn: number;
  readonly isDown: boolean;
  /** For how long every attempt has failed. */
  readonly failingMs: number;
  readonly isResending: boolean;
  /** Only a resend may be started. */
  readonly isFull: boolean;
};

/** Sends to one target: at its rate, some at once, and not while it can't be reached. */
export class Lane {
  readonly target: Target;
  readonly #deps: LaneDeps;
  readonly #work: LaneWork;
  readonly #health: Health;
  readonly #changes = new ChangeList();
  readonly #log: AttemptLog;
  /** Items of changes that aren't saved yet, by key: until then, their rows are out of date. */
  #changed = new Set<string>();
  #saving = new Set<string>();
  readonly #underWay = new Map<Job, Promise<void>>();
  readonly #busy = new Set<string>();
  readonly #stop = new AbortController();
  #isClosed = false;
  #turn = 0;
  #held: { readonly key: string; readonly times: number } | undefined;
  #savedCursor: number | undefined;
  #cursorAt: number;
  #isReleasing = true;
  #isStarting = false;
  /** Whether items that are due now aren't saved yet, or are being saved. */
  #hasTaken = false;
  #isSavingTaken = false;
  #wasReleasing = false;
  #isSaving = false;
  /** Jobs that are settled but not saved, and those among them that are being saved. */
  #unsavedJobs = 0;
  #savingJobs = 0;

  constructor(deps: LaneDeps, saved: TargetSaved, work: LaneWork) {
    const { clock, random } = deps;
    this.target = saved.target;
    this.#deps = deps;
    this.#work = work;
    this.#log = new AttemptLog(saved.target, random);
    this.#health = new Health(random, saved.failingSince);
    this.#savedCursor = work.cursor()?.order;
    this.#cursorAt = clock.elapsed();
    const heldMs = (saved.heldUntil ?? 0) - clock.now();
    // Nobody may ask for more than an hour, so the clock was ahead.
    if (heldMs > 0 && heldMs <= 3_600_000)
      this.#health.hold(clock.elapsed(), heldMs);
  }

  get isDown(): boolean {
    return this.#health.isDown;
  }

  /** Whether something that happened isn't saved yet. */
  get isUnsaved(): boolean {
    return this.#isSaving || !this.#changes.isEmpty || !this.#log.isEmpty;
  }

  /** Whether something could be sent now, so that reading on is of use. */
  get isReady(): boolean {
    return !this.#isClosed && !this.#health.isQuiet(this.#deps.clock.elapsed());
  }

  /** Starts what can be started: one job in each turn of the event loop, so that callbacks don't wait for all. */
  pump(): void {
    if (!this.#isStarting) void this.#startAll();
  }

  async #startAll(): Promise<void> {
    this.#isStarting = true;
    try {
      do await this.#deps.turn();
      while (this.#startOne());
    } finally {
      this.#isStarting = false;
    }
  }

  /** Returns whether there was one to start. */
  #startOne(): boolean {
    if (!this.isReady || this.#deps.isHalted()) return false;
    const found = this.#find();
    if (found === undefined) return false;
    if (found.job.kind !== "resend") this.#work.pacer.take();
    this.#turn++;
    this.#start(found.job, found.source);
    return true;
  }

  #find(): { readonly job: Job; readonly source: Source } | undefined {
    const { pacer, limit, sources } = this.#work;
    const jobs = [...this.#underWay.keys()];
    const resends = jobs.filter(({ kind }) => kind === "resend").length;
    const max = this.isDown ? 1 : limit();
    const now = this.#deps.clock.now();
    const unsaved = this.#unsavedJobs + jobs.length - resends;
    const view = {
      turn: this.#turn,
      isDown: this.isDown,
      failingMs: now - (this.#health.failingSince ?? now),
      isResending: resends > 0,
      isFull:
        jobs.length - resends >= max ||
        unsaved >= UNSAVED_MAX * max ||
        !pacer.has(this.#deps.clock.elapsed()),
    };
    const isBusy = (sid: string | undefined) =>
      sid !== undefined && this.#busy.has(sid);
    for (const source of sources(view)) {
      const job = source.next(isBusy);
      if (job !== undefined) return { job, source };
    }
    return undefined;
  }

  #start(job: Job, source: Source): void {
    const { messageSid } = job;
    if (messageSid !== undefined) this.#busy.add(messageSid);
    this.#underWay.set(job, this.#run(job, source));
  }

  async #run(job: Job, source: Source): Promise<void> {
    const { clock, log, onChange } = this.#deps;
    const at = clock.now();
    let outcome: Outcome | undefined;
    try {
      outcome = await job.send(this.#stop.signal);
    } catch (error) {
      if (!this.#stop.signal.aborted)
        log.error(failureOf(error), "an event or notice couldn't be sent");
    }
    this.#underWay.delete(job);
    if (job.messageSid !== undefined) this.#busy.delete(job.messageSid);
    const wasStopped =
      this.#stop.signal.aborted &&
      outcome?.ok === false &&
      outcome.status === null;
    if (outcome === undefined || wasStopped) {
      source.returned(job);
      this.#rest(REST_MS);
    } else {
      this.#log.add(job, outcome, at, clock.elapsed());
      this.#unsavedJobs++;
      if (outcome.ok) this.#succeeded(job, source);
      else this.#failed(job, source, outcome);
    }
    onChange();
    this.pump();
  }

  #succeeded(job: Job, source: Source): void {
    const now = this.#deps.clock.now();
    const wasFailing = this.#health.failingSince !== undefined;
    const wasDown = this.#health.succeeded();
    const opened = wasDown || (wasFailing && this.#work.opensAtOnce);
    if (opened) this.#isReleasing = true;
    this.#held = undefined;
    this.#changes.set({
      lastSuccessAt: now,
      ...(wasFailing && { failingSince: null, heldUntil: null }),
      ...(opened && { openedAt: now }),
    });
    if (!source.settled(job, true)) return;
    for (const { item } of job.items) {
      this.#remove(item);
      if (job.kind !== "resend") this.#work.waiting.removed();
    }
  }

  #failed(
    job: Job,
    source: Source,
    { status, retryAfterMs, isPermanent }: Outcome & { readonly ok: false },
  ): void {
    const { clock } = this.#deps;
    const [now, elapsed] = [clock.now(), clock.elapsed()];
    const key = job.items.map(({ item }) => itemKey(item)).join(" ");
    const wentDown = this.#health.failed(key, status !== null, now, elapsed);
    const { failingSince = now } = this.#health;
    this.#changes.set({ failingSince });
    if (retryAfterMs !== null && retryAfterMs > 0) {
      this.#health.hold(elapsed, retryAfterMs);
      this.#changes.set({ heldUntil: now + retryAfterMs });
    }
    if (this.#isHeldBack(key, retryAfterMs)) source.returned(job);
    else {
      const hasRow = source.settled(job, false);
      const isGivenUp = isPermanent && !this.#work.isDisabled;
      for (const sent of job.items) this.#retryLater(sent, isGivenUp, hasRow);
    }
    if (isPermanent && this.#work.isDisabled) {
      this.#changes.set({ disabled: "gone" });
      this.close();
    } else if (
      this.#work.isDisabled &&
      now - failingSince >= FAILING_DAYS_MAX * DAY_MS
    )
      this.#changes.set({ disabled: "failing" });
    // What is ready would get old, or arrive before what failed.
    if (wentDown || this.#health.isQuiet(elapsed)) this.#forget();
  }

  /** A receiver that is busy gets the item again, but not for ever: it may be about this one. */
  #isHeldBack(key: string, retryAfterMs: number | null): boolean {
    if (retryAfterMs === null || retryAfterMs === 0) return false;
    const times = this.#held?.key === key ? this.#held.times + 1 : 1;
    this.#held = times > HELD_MAX ? undefined : { key, times };
    return times <= HELD_MAX;
  }

  #retryLater({ item, attempts }: Sent, isGivenUp: boolean, hasRow: boolean) {
    const now = this.#deps.clock.now();
    const failures = attempts + 1;
    const delay = isGivenUp ? undefined : this.#work.delay(failures);
    const nextAt = delay === undefined ? null : now + delay;
    this.#write(item, failures, now, nextAt, !hasRow);
  }

  #write(
    item: Item,
    attempts: number,
    lastAt: number | null,
    nextAt: number | null,
    isNew: boolean,
  ): void {
    const { target } = this;
    this.#changed.add(itemKey(item));
    this.#changes.add({ target, item, done: false, attempts, lastAt, nextAt });
    this.#work.waiting.wrote(nextAt, isNew);
  }

  #rest(ms: number): void {
    this.#health.hold(this.#deps.clock.elapsed(), ms);
    this.#forget();
  }

  #forget(): void {
    const now = this.#deps.clock.now();
    for (const item of this.#work.forget())
      this.#write(item, 0, null, now, true);
  }

  /** An item that can't be sent anymore, such as an event that retention deleted. */
  drop(item: Item): void {
    this.#remove(item);
    this.#deps.onChange();
  }

  #remove(item: Item): void {
    this.#changed.add(itemKey(item));
    this.#changes.add({ target: this.target, item, done: true });
  }

  /** Writes down items that are due now, and how far the feed that they are of has been read. */
  take(items: readonly Item[], suppressionsCursor: number): void {
    const now = this.#deps.clock.now();
    for (const item of items) this.#write(item, 0, null, now, true);
    this.#changes.set({ suppressionsCursor });
    this.#hasTaken ||= items.length > 0;
    this.#deps.onChange();
  }

  /** The items whose rows are out of date. */
  unsaved(): ReadonlySet<string> {
    return this.#changed.union(this.#saving);
  }

  /** Returns what is to be saved now, if anything; with its log if there `isRoom`, or it must be. */
  takeChanges(isRoom: boolean): Changes | undefined {
    const { clock } = this.#deps;
    const now = clock.now();
    for (const item of this.#work.lease())
      this.#write(item, 0, null, now + LEASE_MS, true);
    const resends = this.#work.resends();
    const position = this.#work.cursor();
    const hasMoved =
      position !== undefined && position.order !== this.#savedCursor;
    const releases = this.#isReleasing && !this.isDown;
    const logs =
      this.#log.mustBeTaken ||
      (this.#isClosed && !this.#log.isEmpty) ||
      (isRoom && this.#log.mayBeTaken(clock.elapsed()));
    const isIdle =
      this.#changes.isEmpty && resends.length === 0 && !releases && !logs;
    const isCursorDue =
      hasMoved &&
      (this.#isClosed || clock.elapsed() - this.#cursorAt >= CURSOR_EVERY_MS);
    if (isIdle && !isCursorDue) return undefined;
    if (hasMoved) this.#cursorAt = clock.elapsed();
    this.#savedCursor = position?.order;
    const { progress, deliveries } = this.#changes.take();
    const { attempts, trims } = logs ? this.#log.take() : NO_ATTEMPTS;
    this.#saving = this.#saving.union(this.#changed);
    this.#changed = new Set();
    this.#isSaving = true;
    this.#savingJobs = this.#unsavedJobs;
    if (releases) {
      this.#isReleasing = false;
      this.#wasReleasing = true;
    }
    this.#isSavingTaken = this.#hasTaken;
    this.#hasTaken = false;
    const { target } = this;
    return {
      targets: [
        {
          ...progress,
          target,
          ...(hasMoved && { position }),
          ...(trims && { trims }),
          ...(releases && { releases }),
        },
      ],
      deliveries,
      attempts,
      resends,
    };
  }

  /** What was taken is saved; there may be more to make due. */
  saved(isReleasing: boolean): void {
    this.#saving = new Set();
    this.#isSaving = false;
    this.#unsavedJobs -= this.#savingJobs;
    this.#savingJobs = 0;
    if (this.#isSavingTaken)
      this.#work.waiting.mayBeDue(this.#deps.clock.now());
    this.#isSavingTaken = false;
    if (!this.#wasReleasing) return;
    this.#wasReleasing = false;
    this.#isReleasing ||= isReleasing;
    this.#work.waiting.mayBeDue(this.#deps.clock.now());
  }

  /** Starts nothing more. */
  close(): void {
    this.#isClosed = true;
    this.#forget();
  }

  /** Resolves once nothing is under way. */
  async settle(): Promise<void> {
    await Promise.all(this.#underWay.values());
    // What was returned meanwhile.
    this.#forget();
  }

  /** Gives up what is under way; nobody knows whether it arrived, so it's sent again later. */
  abort(): void {
    this.#stop.abort();
  }
}
