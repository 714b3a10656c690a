import { Mistake } from "../../../log/failure.ts";
import { createGroupCommit } from "../../core/group-commit.ts";
import { outcomeOf } from "../../core/outcome-codes.ts";
import { createRepeatedFaults } from "../../core/repeated-faults.ts";
import type { StoredEvent } from "../../core/stored-event.ts";
import type { Write } from "../../sql/tables/writes.ts";
import { StoreFault, type OnFault } from "../../store-fault.ts";
import { StoreUnavailable, type RecordOutcome } from "../../store.ts";
import {
  reasonOf,
  UNEXPECTED,
  type WriterReply,
  type WriterRequest,
} from "./protocol.ts";
import type { StepInput, StepName, StepResult } from "../../core/long-work.ts";
import { createWriterThread, type Reopening } from "./writer-thread.ts";

const OVERDUE = "The disk did not answer in time, or the database is locked.";
const STOPPING = "The server is stopping.";
const CHECK_TIMEOUT_MS = 2_000;
/** How long a failed commit counts against readiness: a small check may fit where a batch did not. */
const FAILURE_COUNTS_MS = 5_000;

type Recorded = WriterReply & { readonly kind: "recorded" };

export type WriteQueue = ReturnType<typeof createWriteQueue>;

/**
 * The writing thread as the store uses it: events in batches, and writes, steps and checks
 * between two batches. The thread starts at once, which can take long; it does nothing
 * before `open`.
 */
export function createWriteQueue(
  onFault: OnFault,
  thread = createWriterThread(onFault),
) {
  const reportRefused = createRepeatedFaults(
    onFault,
    (times) =>
      `${times === 1 ? "an event" : `${times} events`} could not be recorded because of an unexpected error; answered 503`,
  );
  /** Why the latest batch could not be committed, and when; undefined when it could. */
  let failure: { readonly reason: string; readonly at: number } | undefined;
  /** An event that met damage when it was recorded, and what that means. */
  let damaged: { readonly event: string; readonly reason: string } | undefined;
  let closing: Promise<void> | undefined;

  const outcomesOf = (
    events: readonly string[],
    { outcomes, failure: error, reason = UNEXPECTED }: Recorded,
  ): (RecordOutcome | StoreUnavailable)[] => {
    let refused = 0;
    const all = events.map((event, place) => {
      const outcome = outcomeOf(outcomes[place]);
      if (outcome !== undefined) return outcome;
      refused++;
      if (reason !== UNEXPECTED) damaged = { event, reason };
      return new StoreUnavailable(reason);
    });
    failure = refused === 0 ? undefined : { reason, at: performance.now() };
    if (refused > 0) reportRefused(refused, error);
    return all;
  };
  const events = createGroupCommit({
    async commit(batch) {
      const reply = await thread.ask({
        kind: "record",
        events: `[${batch.join()}]`,
      });
      if (reply.kind === "recorded") return outcomesOf(batch, reply);
      const reason = reasonOf(reply);
      // A check looks at the files itself.
      if (!("canReopen" in reply)) failure = { reason, at: performance.now() };
      throw new StoreUnavailable(reason);
    },
    down: thread.down,
    overdue: OVERDUE,
  });

  const requireOpen = (): void => {
    if (closing) throw new StoreUnavailable(STOPPING);
  };
  const written = async <Output>(request: WriterRequest): Promise<Output> => {
    requireOpen();
    const reply = await thread.ask(request);
    if (reply.kind === "written") return JSON.parse(reply.result).output;
    if (reply.kind === "unavailable") throw new StoreUnavailable(reply.reason);
    if (reply.kind === "failed")
      onFault(
        new StoreFault("a write failed; nothing was changed", reply.failure),
      );
    throw new Mistake("The writer did not write.");
  };
  const checkNow = async (): Promise<void> => {
    const reply = await thread.ask({ kind: "check" });
    if (reply.kind !== "done") throw new StoreUnavailable(reasonOf(reply));
    if (damaged === undefined) return;
    // Only recording it shows that the damage is over. Its sender was refused, and may post it again.
    const { event, reason } = damaged;
    const again = await thread.ask({ kind: "record", events: `[${event}]` });
    if (again.kind !== "recorded" || again.reason !== undefined)
      throw new StoreUnavailable(reason);
    damaged = undefined;
  };

  return {
    /** Opens the database, creating or upgrading it. Rejects with StoreUnusable when that isn't possible. */
    async open(file: string, reopening?: Reopening): Promise<void> {
      try {
        await thread.open(file, {
          before: () => reopening?.before(),
          after: () => {
            reopening?.after();
            events.resume();
          },
        });
      } catch (error) {
        events.stop();
        throw error;
      }
    },
    /** Resolves once the event is on disk. Rejects with StoreUnavailable when it isn't. */
    record: (event: StoredEvent): Promise<RecordOutcome> =>
      closing
        ? Promise.reject(new StoreUnavailable(STOPPING))
        : events.record(JSON.stringify(event)),
    /** Resolves once the events are on disk. Rejects with StoreUnavailable unless all are. */
    recordAll: (given: readonly StoredEvent[]): Promise<RecordOutcome[]> =>
      closing
        ? Promise.reject(new StoreUnavailable(STOPPING))
        : events.recordAll(given.map((event) => JSON.stringify(event))),
    /**
     * Does one of `WRITES` between two batches; resolves to its output once that is on
     * disk. Rejects with StoreUnavailable when nothing of it was done.
     */
    write: ((name, ...input) =>
      written({
        kind: "write",
        name,
        input: JSON.stringify(input),
      })) satisfies Write,
    /** Does a step of long work between two batches; rejects as `write` does. */
    step: <N extends StepName>(
      name: N,
      input: StepInput<N>,
    ): Promise<StepResult<N>> =>
      written({ kind: "step", name, input: JSON.stringify(input) }),
    /** Resolves when a write of the writer's own has gone through, after the batch under way. */
    async check(): Promise<void> {
      requireOpen();
      if (failure && performance.now() - failure.at < FAILURE_COUNTS_MS)
        throw new StoreUnavailable(failure.reason);
      const overdue = Promise.withResolvers<never>();
      const timer = setTimeout(
        () => overdue.reject(new StoreUnavailable(OVERDUE)),
        CHECK_TIMEOUT_MS,
      );
      try {
        await Promise.race([checkNow(), overdue.promise]);
      } finally {
        clearTimeout(timer);
      }
    },
    state: () => events.state(),
    /** Commits what waits, closes the database, ends the thread. */
    close(): Promise<void> {
      closing ??= (async () => {
        await events.drain();
        await thread.ask({ kind: "close" });
        await thread.end();
      })();
      return closing;
    },
  };
}
