import type { Database } from "bun:sqlite";
import type { StepInput, StepName, StepResult } from "../../core/long-work.ts";
import type { StoredEvent } from "../../core/stored-event.ts";
import type { RecordOutcome } from "../../store.ts";
import { createTransactions } from "../connection/transactions.ts";
import { createSteps, STEP_MS } from "../writer/steps.ts";
import { createEventRecorder, createMessageParts } from "./event-recorder.ts";

export type Recorder = ReturnType<typeof createRecorder>;

/**
 * Records events in a database, and does long work on messages in steps that take about
 * `stepMs` and a commit.
 */
export function createRecorder(db: Database, stepMs = STEP_MS) {
  const transactions = createTransactions(db);
  const parts = createMessageParts(transactions);
  const recordEvent = createEventRecorder(transactions, parts);
  const step = createSteps(transactions, parts, stepMs);
  const { changes } = parts;
  let hasRecorded = false;
  return {
    /**
     * Makes a batch durable in one transaction and returns the outcome of each event. If it
     * throws, none of the batch was recorded.
     */
    record(batch: readonly StoredEvent[]): RecordOutcome[] {
      hasRecorded = true;
      return transactions.run(() => {
        const outcomes = batch.map(recordEvent);
        changes.write();
        return outcomes;
      });
    },
    /**
     * The same, event by event. An event that throws isn't recorded: it gets what
     * `outcomeOf` makes of the error, and the others are recorded. When `outcomeOf` returns
     * undefined, none of the batch is.
     */
    recordEach<E>(
      batch: readonly StoredEvent[],
      outcomeOf: (error: unknown) => E | undefined,
    ): (RecordOutcome | E)[] {
      hasRecorded = true;
      return transactions.run(() =>
        batch.map((event) => {
          try {
            return transactions.part(() => {
              const outcome = recordEvent(event);
              changes.write();
              return outcome;
            });
          } catch (error) {
            const outcome = outcomeOf(error);
            if (outcome === undefined) throw error;
            return outcome;
          }
        }),
      );
    },
    /**
     * Returns a small step of work that recording postpones until nobody waits, to be
     * called at once; undefined if nothing is left.
     */
    nextStep: (): (() => void) | undefined =>
      changes.nextStep() &&
      (() => transactions.run(() => changes.nextStep()?.())),
    /** Does a step of long work, which takes a few milliseconds. */
    step<N extends StepName>(name: N, input: StepInput<N>): StepResult<N> {
      const result = step(name, input);
      const othersWrote = result.othersWrote || hasRecorded;
      hasRecorded = false;
      return { ...result, othersWrote };
    },
  };
}
