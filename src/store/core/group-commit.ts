import { Distribution } from "../distribution.ts";
import { StoreUnavailable, type RecordOutcome } from "../store.ts";
import type { Writing } from "../writing.ts";
import { createCommitPace } from "./commit-pace.ts";

/** Maximum events that wait for a commit; beyond it a callback is answered 503 at once. */
const QUEUED_EVENTS_MAX = 20_000;
/** Maximum characters of JSON that wait. */
const QUEUED_CHARS_MAX = 64 * 1024 * 1024;
/** Maximum events of one transaction. */
const BATCH_EVENTS_MAX = 2_000;
/** How long a callback can wait for its commit: a response is promised within five seconds. */
const COMMIT_TIMEOUT_MS = 4_500;
const TIMEOUTS_CHECKED_EVERY_MS = 250;
/** Upper bounds, in seconds and in events, for measuring batches. */
const COMMIT_SECONDS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];
const BATCH_EVENTS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_000];

/** How an engine commits. */
export type CommitPort = {
  /**
   * Commits events, each as JSON, in one transaction. Resolves to the outcome of each, or the
   * reason why just this one wasn't recorded. Rejects when none was.
   */
  readonly commit: (
    events: readonly string[],
  ) => Promise<readonly CommitOutcome[]>;
  /** Why nothing can be committed at the moment; undefined if it can. */
  readonly down: () => string | undefined;
  /** The reason for a callback whose commit takes too long. */
  readonly overdue: string;
};

/** Events that share a commit: one, or all that were given at once. */
type Waiting = {
  /** Each as JSON: waiting text takes less memory than objects. */
  readonly events: readonly string[];
  readonly since: number;
  /** Takes the outcome of each when their batch was committed. */
  readonly settle: (outcomes: readonly CommitOutcome[]) => void;
  readonly reject: (error: unknown) => void;
};

/** Or the reason why just this one wasn't recorded. */
type CommitOutcome = RecordOutcome | StoreUnavailable;

/**
 * Commits events in batches: those that arrive during commits share the next one. Each
 * promise settles when its events' batch is on disk, or can't be.
 */
export function createGroupCommit({ commit, down, overdue }: CommitPort) {
  const pace = createCommitPace();
  const commitSeconds = new Distribution(COMMIT_SECONDS);
  const batchEvents = new Distribution(BATCH_EVENTS);
  const queue: Waiting[] = [];
  let queuedEvents = 0;
  let queuedChars = 0;
  /** Oldest first. */
  const inFlight: (readonly Waiting[])[] = [];
  let failedBatches = 0;
  let pause: Timer | undefined;

  const take = (count: number): Waiting[] => {
    const taken = queue.splice(0, count);
    for (const { events } of taken) {
      queuedEvents -= events.length;
      queuedChars -= charsIn(events);
    }
    return taken;
  };
  const takeBatch = (): Waiting[] => {
    let events = 0;
    const end = queue.findIndex((each) => {
      events += each.events.length;
      return events > BATCH_EVENTS_MAX;
    });
    return take(end === -1 ? queue.length : Math.max(1, end));
  };
  const commitNext = (): void => {
    if (
      pause !== undefined ||
      // What waits in the meantime can still be committed in time.
      down() !== undefined ||
      inFlight.length >= pace.batchesInFlightMax() ||
      queue.length === 0
    )
      return;
    const batch = takeBatch();
    inFlight.push(batch);
    void commitBatch(batch);
  };
  /** An engine with several connections can end a batch before an older one. */
  const end = (batch: readonly Waiting[]): void =>
    void inFlight.splice(inFlight.indexOf(batch), 1);
  const commitBatch = async (batch: readonly Waiting[]): Promise<void> => {
    const start = performance.now();
    try {
      const texts = batch.flatMap(({ events }) => events);
      const outcomes = await commit(texts);
      end(batch);
      const ms = pace.committed(texts.length, start);
      commitSeconds.add(ms / 1_000);
      batchEvents.add(texts.length);
      // Before the waiting callers are answered, which takes a while for a big batch.
      commitSoon();
      let place = 0;
      for (const { events, settle } of batch)
        settle(outcomes.slice(place, (place += events.length)));
    } catch (error) {
      end(batch);
      failedBatches++;
      commitSoon();
      for (const { reject } of batch) reject(error);
    }
  };
  const commitSoon = (): void => {
    const pauseMs = pace.pauseMs();
    if (pauseMs === 0 || pause !== undefined) return commitNext();
    pause = setTimeout(() => {
      pause = undefined;
      commitNext();
    }, pauseMs);
  };
  /** An event in flight may still be committed; its repeat then changes nothing. */
  const refuseOverdue = (): void => {
    const limit = performance.now() - COMMIT_TIMEOUT_MS;
    const isLate = ({ since }: Waiting): boolean => since < limit;
    const kept = queue.findIndex((each) => !isLate(each));
    const late = [
      ...inFlight.flat().filter(isLate),
      ...take(kept === -1 ? queue.length : kept),
    ];
    const reason = down() ?? overdue;
    for (const { reject } of late) reject(new StoreUnavailable(reason));
  };
  const timeouts = setInterval(refuseOverdue, TIMEOUTS_CHECKED_EVERY_MS);
  timeouts.unref();

  const enqueue = (waiting: Omit<Waiting, "since">): void => {
    const chars = charsIn(waiting.events);
    if (
      queuedEvents >= QUEUED_EVENTS_MAX ||
      queuedChars + chars > QUEUED_CHARS_MAX
    )
      return waiting.reject(
        new StoreUnavailable("Too many callbacks wait for the disk."),
      );
    queue.push({ ...waiting, since: performance.now() });
    queuedEvents += waiting.events.length;
    queuedChars += chars;
    // By then, all requests that were read together are in the queue.
    if (queue.length === 1) setImmediate(commitNext);
  };

  return {
    /** Resolves to the outcome once the event, given as JSON, is on disk. */
    record: (event: string): Promise<RecordOutcome> =>
      new Promise((resolve, reject) => {
        const settle = ([outcome]: readonly CommitOutcome[]): void =>
          typeof outcome === "string" ? resolve(outcome) : reject(outcome);
        enqueue({ events: [event], settle, reject });
      }),
    /** Resolves to the outcomes of events in one batch once all of them are on disk. */
    recordAll: (events: readonly string[]): Promise<RecordOutcome[]> =>
      new Promise((resolve, reject) => {
        const settle = (outcomes: readonly CommitOutcome[]): void => {
          const recorded = outcomes.filter((each) => typeof each === "string");
          if (recorded.length === events.length) resolve(recorded);
          else reject(outcomes.find((each) => typeof each !== "string"));
        };
        enqueue({ events, settle, reject });
      }),
    /** Call this when `down` no longer gives a reason. */
    resume: commitNext,
    /** The state of writing now and since the start. */
    state(): Writing {
      const oldest = inFlight[0]?.[0] ?? queue[0];
      const inCommits = inFlight.flat();
      return {
        waitingEvents:
          queuedEvents +
          inCommits.reduce((sum, { events }) => sum + events.length, 0),
        waitingEventsMax: QUEUED_EVENTS_MAX,
        oldestWaitMs: oldest ? performance.now() - oldest.since : 0,
        commitSeconds,
        batchEvents,
        failedBatches,
      };
    },
    /** Resolves when nothing waits. Nothing may be recorded after this is called. */
    async drain(): Promise<void> {
      while (queue.length > 0 || inFlight.length > 0) await Bun.sleep(5);
      clearInterval(timeouts);
    },
    /** Stops without waiting, for a database that couldn't be opened. */
    stop: (): void => clearInterval(timeouts),
  };
}

function charsIn(events: readonly string[]): number {
  return events.reduce((chars, event) => chars + event.length, 0);
}
