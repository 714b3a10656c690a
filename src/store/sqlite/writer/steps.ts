import type { Database } from "bun:sqlite";
import type { ErasedAddress } from "../../../phone/erased-number.ts";
import {
  createEraser,
  type Erasing,
  type ErasingRest,
} from "../upkeep/erase.ts";
import { createFreePages } from "../upkeep/free-pages.ts";
import type { createMessageTags } from "../recording/message-tags.ts";
import { createRetention, type MessageParts } from "../upkeep/retention.ts";
import { eraseFromRefusals, refusalsOf } from "../../sql/tables/refusals.ts";
import type { Transactions } from "../connection/transactions.ts";

/** How long a step works before it commits, as callbacks wait for it. */
export const STEP_MS = 2;

type IsOver = () => boolean;

type Parts = MessageParts & {
  readonly tags: ReturnType<typeof createMessageTags>;
};

/** The steps by name; what they take and give is what JSON can carry. */
function stepsOf(db: Database, parts: Parts, transactions: Transactions) {
  const run = <T>(work: () => T): T => transactions.run(work);
  const retention = createRetention(db, parts);
  const eraser = createEraser(db, parts.names, parts.tags);
  const freePages = createFreePages(db);
  const steps = {
    /** Deletes some of the messages first heard of before `before`, the begin of an hour. */
    prune: (before: number, isOver: IsOver) =>
      run(() => retention.prune(before, isOver)),
    /** Gives some free pages back to the disk; returns whether that is done. */
    giveBack: (_: null, isOver: IsOver) =>
      run(() => freePages.giveBack(isOver)),
    findAddresses: (
      {
        address,
        afterId,
      }: { readonly address: ErasedAddress; readonly afterId: number },
      isOver: IsOver,
    ) => eraser.findAddresses(address, afterId, isOver),
    findEvents: (erasing: Erasing, isOver: IsOver) =>
      eraser.findEvents(erasing, isOver),
    eraseEvents: (erasing: Erasing, isOver: IsOver) =>
      eraser.eraseEvents(erasing, isOver, run),
    /** How many refusals `eraseRefusals` would look at as this address's. */
    findRefusals: (address: ErasedAddress) => refusalsOf(db, address).length,
    /** Returns how many refusals were changed. */
    eraseRefusals: (address: ErasedAddress) =>
      run(() => eraseFromRefusals(db, address)),
    eraseRest: (rest: ErasingRest) => run(() => eraser.eraseRest(rest)),
  };
  const forget = (): void => {
    retention.forget();
    eraser.forget();
  };
  return { steps, forget };
}

type Given = ReturnType<typeof stepsOf>["steps"];
export type StepName = keyof Given;
type Forms = {
  [N in StepName]: {
    readonly input: Parameters<Given[N]>[0];
    readonly output: ReturnType<Given[N]>;
  };
};
export type StepInput<N extends StepName> = Forms[N]["input"];

/** What a step came to. */
export type StepResult<N extends StepName> = {
  readonly output: Forms[N]["output"];
  /** How long it took, with its commit. */
  readonly ms: number;
  /** Something else was written since the step before. */
  readonly othersWrote: boolean;
};

/** Long work on messages, cut into steps of some milliseconds, each one transaction at most. */
export function createSteps(
  db: Database,
  parts: Parts,
  transactions: Transactions,
  stepMs: number,
) {
  const { steps, forget } = stepsOf(db, parts, transactions);
  const byName: {
    readonly [N in StepName]: (
      input: StepInput<N>,
      isOver: IsOver,
    ) => Forms[N]["output"];
  } = steps;
  return {
    /** Does one step. */
    step<N extends StepName>(name: N, input: StepInput<N>): StepResult<N> {
      const othersWrote = transactions.didOthersWrite();
      const start = performance.now();
      const isOver = (): boolean => performance.now() - start >= stepMs;
      const output = byName[name](input, isOver);
      return { output, ms: performance.now() - start, othersWrote };
    },
    /** To be called when a transaction is rolled back, or another process wrote. */
    forget,
  };
}
