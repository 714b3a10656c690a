import { Distribution } from "../../distribution.ts";
import { Mistake } from "../../../log/failure.ts";
import { StoreUnavailable, type RecordOutcome } from "../../store.ts";
import { StoreFault, type OnFault } from "../../store-fault.ts";
import type { Writing } from "../../writing.ts";
import { CommitPace } from "../../core/commit-pace.ts";
import { outcomeOf, type WriterReply, type WriterRequest } from "./protocol.ts";
import { RepeatedFaults } from "../../core/repeated-faults.ts";
import type { StepInput, StepName, StepResult } from "./steps.ts";
import type { StoredEvent } from "../../core/stored-event.ts";
import { WriterThread, type Reopening } from "./writer-thread.ts";
import type { Input, Output, WriteName } from "./writes.ts";

/** Events that wait for a commit at most; past it a callback is answered 503 at once. */
const QUEUED_EVENTS_MAX = 20_000;
/** Characters of JSON that wait at most. */
const QUEUED_CHARS_MAX = 64 * 1024 * 1024;
/** Events of one transaction at most. */
const BATCH_EVENTS_MAX = 2_000;
/**
 * How long a callback may wait for its commit. An answer is promised within five seconds;
 * who waits is looked at every `CLOCK_MS`.
 */
const COMMIT_TIMEOUT_MS = 4_500;
const CLOCK_MS = 250;
const CHECK_TIMEOUT_MS = 2_000;
const OVERDUE = "The disk did not answer in time, or the database is locked.";
const UNEXPECTED =
  "It could not be recorded because of an unexpected error; the server's log says which.";
/** How long a failed commit counts against readiness: a small check may fit where a batch did not. */
const FAILURE_COUNTS_MS = 5_000;
/** Upper bounds, in seconds and in events, of what is measured of batches. */
const COMMIT_SECONDS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];
const BATCH_EVENTS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_000];

type Reply<Kind extends WriterReply["kind"]> = WriterReply & {
  readonly kind: Kind;
};

type Waiting = {
  /** The event as JSON: text waits in less memory than objects do. */
  readonly event: string;
  readonly since: number;
  readonly resolve: (outcome: RecordOutcome) => void;
  readonly reject: (error: Error) => void;
};

/**
 * Hands events to the writing thread in batches: what arrives while commits are under
 * way shares the next one. Each promise settles when its event's batch is on disk, or
 * cannot be.
 */
export class WriteQueue {
  readonly #thread: WriterThread;
  readonly #onFault: OnFault;
  readonly #clock: Timer;
  readonly #pace = new CommitPace();
  readonly #eventFaults: RepeatedFaults;
  #queue: Waiting[] = [];
  #queuedChars = 0;
  /** Why the latest batch could not be committed, and when; undefined when it could. */
  #failure: { readonly reason: string; readonly at: number } | undefined;
  /** An event that met damage when it was recorded, and what that means. */
  #damaged: { readonly event: string; readonly reason: string } | undefined;
  /** Batches that the writer has, oldest first. */
  readonly #inFlight: (readonly Waiting[])[] = [];
  #pause: Timer | undefined;
  readonly #commitSeconds = new Distribution(COMMIT_SECONDS);
  readonly #batchEvents = new Distribution(BATCH_EVENTS);
  #failedBatches = 0;
  #closing: Promise<void> | undefined;

  /** Starts the thread, which may take long; it does nothing before `open`. */
  constructor(
    onFault: OnFault,
    thread: WriterThread = new WriterThread(onFault),
  ) {
    this.#onFault = onFault;
    this.#eventFaults = new RepeatedFaults(
      onFault,
      (times) =>
        `${times === 1 ? "an event" : `${times} events`} could not be recorded because of an unexpected error; answered 503`,
    );
    this.#thread = thread;
    this.#clock = setInterval(() => this.#refuseOverdue(), CLOCK_MS);
    this.#clock.unref();
  }

  /** Opens the database, making or upgrading it. Rejects with StoreUnusable when that cannot be. */
  async open(file: string, reopening?: Reopening): Promise<void> {
    try {
      await this.#thread.open(file, {
        before: () => reopening?.before(),
        after: () => {
          reopening?.after();
          this.#commitNext();
        },
      });
    } catch (error) {
      clearInterval(this.#clock);
      throw error;
    }
  }

  record(stored: StoredEvent): Promise<RecordOutcome> {
    if (this.#closing)
      return Promise.reject(new StoreUnavailable("The server is stopping."));
    const event = JSON.stringify(stored);
    if (
      this.#queue.length >= QUEUED_EVENTS_MAX ||
      this.#queuedChars + event.length > QUEUED_CHARS_MAX
    ) {
      return Promise.reject(
        new StoreUnavailable("Too many callbacks wait for the disk."),
      );
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ event, since: performance.now(), resolve, reject });
      this.#queuedChars += event.length;
      // Requests that were read together are all in the queue by then.
      if (this.#queue.length === 1) setImmediate(() => this.#commitNext());
    });
  }

  /**
   * Does one of `WRITES` between two batches; resolves to what it comes to once that is
   * on disk. Rejects with StoreUnavailable when nothing of it was done.
   */
  async write<N extends WriteName>(
    name: N,
    input: Input<N>,
  ): Promise<Output<N>> {
    return JSON.parse(
      await this.#written({
        kind: "write",
        name,
        input: JSON.stringify(input),
      }),
    );
  }

  /** Does a step of long work between two batches; rejects as `write` does. */
  async step<N extends StepName>(
    name: N,
    input: StepInput<N>,
  ): Promise<StepResult<N>> {
    return JSON.parse(
      await this.#written({ kind: "step", name, input: JSON.stringify(input) }),
    );
  }

  async #written(request: WriterRequest): Promise<string> {
    if (this.#closing) throw new StoreUnavailable("The server is stopping.");
    const reply = await this.#thread.ask(request);
    if (reply.kind === "written") return reply.output;
    if (reply.kind === "unavailable") throw new StoreUnavailable(reply.reason);
    if (reply.kind === "failed")
      this.#onFault(
        new StoreFault("a write failed; nothing was changed", reply.failure),
      );
    throw new Mistake("The writer did not write.");
  }

  /** Resolves when a write of the writer's own went through; it waits its turn behind the batch under way. */
  async check(): Promise<void> {
    if (this.#closing) throw new StoreUnavailable("The server is stopping.");
    if (
      this.#failure &&
      performance.now() - this.#failure.at < FAILURE_COUNTS_MS
    ) {
      throw new StoreUnavailable(this.#failure.reason);
    }
    const overdue = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => overdue.reject(new StoreUnavailable(OVERDUE)),
      CHECK_TIMEOUT_MS,
    );
    try {
      await Promise.race([this.#checkNow(), overdue.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #checkNow(): Promise<void> {
    const reply = await this.#thread.ask({ kind: "check" });
    if (reply.kind !== "done") throw new StoreUnavailable(reasonOf(reply));
    if (this.#damaged === undefined) return;
    // Only to record it shows that it is over. Its sender, who was refused, may post it again.
    const { event, reason } = this.#damaged;
    const again = await this.#thread.ask({
      kind: "record",
      events: `[${event}]`,
    });
    if (again.kind !== "recorded" || again.reason !== undefined)
      throw new StoreUnavailable(reason);
    this.#damaged = undefined;
  }

  /** How writing goes now, and has gone since the start. */
  state(): Writing {
    const oldest = this.#inFlight[0]?.[0] ?? this.#queue[0];
    return {
      waitingEvents: this.#queue.length + this.#inFlight.flat().length,
      waitingEventsMax: QUEUED_EVENTS_MAX,
      oldestWaitMs: oldest ? performance.now() - oldest.since : 0,
      commitSeconds: this.#commitSeconds,
      batchEvents: this.#batchEvents,
      failedBatches: this.#failedBatches,
    };
  }

  /** Commits what waits, closes the database, ends the thread. */
  close(): Promise<void> {
    this.#closing ??= this.#commitAllAndEnd();
    return this.#closing;
  }

  async #commitAllAndEnd(): Promise<void> {
    while (this.#queue.length > 0 || this.#inFlight.length > 0)
      await Bun.sleep(5);
    await this.#thread.ask({ kind: "close" });
    clearInterval(this.#clock);
    await this.#thread.end();
  }

  #commitNext(): void {
    if (
      this.#pause !== undefined ||
      // What waits meanwhile can still be committed in time.
      this.#thread.down !== undefined ||
      this.#inFlight.length >= this.#pace.batchesInFlightMax ||
      this.#queue.length === 0
    )
      return;
    const batch = this.#queue.splice(0, BATCH_EVENTS_MAX);
    this.#inFlight.push(batch);
    for (const { event } of batch) this.#queuedChars -= event.length;
    const handedOver = performance.now();
    this.#thread.send(
      {
        kind: "record",
        events: `[${batch.map((each) => each.event).join()}]`,
      },
      (reply) => {
        this.#inFlight.shift();
        if (reply.kind === "recorded") {
          const ms = this.#pace.committed(batch.length, handedOver);
          this.#commitSeconds.add(ms / 1_000);
          this.#commitSoon();
          this.#committed(batch, reply);
        } else {
          this.#commitSoon();
          this.#failed(batch, reply);
        }
      },
    );
  }

  #committed(
    batch: readonly Waiting[],
    { outcomes, failure, reason = UNEXPECTED }: Reply<"recorded">,
  ): void {
    this.#failure = undefined;
    this.#batchEvents.add(batch.length);
    let refused = 0;
    batch.forEach((each, index) => {
      const outcome = outcomeOf(outcomes[index]);
      if (outcome) return each.resolve(outcome);
      refused++;
      each.reject(new StoreUnavailable(reason));
      if (reason !== UNEXPECTED) this.#damaged = { event: each.event, reason };
    });
    if (refused === 0) return;
    this.#failure = { reason, at: performance.now() };
    this.#eventFaults.add(refused, failure);
  }

  #failed(batch: readonly Waiting[], reply: WriterReply): void {
    const reason = reasonOf(reply);
    // A check looks at the files itself.
    if (!("canReopen" in reply))
      this.#failure = { reason, at: performance.now() };
    this.#failedBatches++;
    refuse(batch, reason);
  }

  #commitSoon(): void {
    const { pauseMs } = this.#pace;
    if (pauseMs === 0 || this.#pause !== undefined) return this.#commitNext();
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      this.#commitNext();
    }, pauseMs);
  }

  /** Answers those who waited too long. What is in flight may still be committed; its repeat then changes nothing. */
  #refuseOverdue(): void {
    const limit = performance.now() - COMMIT_TIMEOUT_MS;
    const reason = this.#thread.down ?? OVERDUE;
    refuse(
      this.#inFlight.flat().filter((each) => each.since < limit),
      reason,
    );
    const kept = this.#queue.findIndex((each) => each.since >= limit);
    const overdue = this.#queue.splice(
      0,
      kept === -1 ? this.#queue.length : kept,
    );
    for (const { event } of overdue) this.#queuedChars -= event.length;
    refuse(overdue, reason);
  }
}

/** Why something could not be done that was asked of the writer. */
function reasonOf(reply: WriterReply): string {
  return "reason" in reply ? reply.reason : UNEXPECTED;
}

function refuse(waiting: readonly Waiting[], reason: string): void {
  for (const each of waiting) each.reject(new StoreUnavailable(reason));
}
