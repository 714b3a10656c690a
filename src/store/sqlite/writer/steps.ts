import type { ErasedAddress } from "../../../phone/erased-number.ts";
import type { Transactions } from "../connection/transactions.ts";
import type { MessageParts } from "../recording/event-recorder.ts";
import {
  createEraser,
  type Erasing,
  type ErasingRest,
} from "../upkeep/erase.ts";
import { createFreePages } from "../upkeep/free-pages.ts";
import { createRetention } from "../upkeep/retention.ts";

/** How long a step works before it commits: callbacks wait for it. */
export const STEP_MS = 2;

type IsOver = () => boolean;

/** The steps by name; their inputs and outputs are what JSON can carry. */
function stepsOf(transactions: Transactions, parts: MessageParts) {
  const { db, run } = transactions;
  const retention = createRetention(transactions, parts);
  const eraser = createEraser(transactions, parts);
  const freePages = createFreePages(db);
  return {
    /** Deletes some of the messages first seen before `before`, the start of an hour. */
    prune: (before: number, isOver: IsOver) =>
      run(() => retention.prune(before, isOver)),
    /** Deletes some of the made-up messages. */
    pruneMadeUp: (_: null, isOver: IsOver) =>
      run(() => retention.pruneMadeUp(isOver)),
    /** Returns some free pages to the disk; the output is whether that is done. */
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
      eraser.eraseEvents(erasing, isOver),
    eraseRest: (rest: ErasingRest) => run(() => eraser.eraseRest(rest)),
  };
}

type Given = ReturnType<typeof stepsOf>;
export type StepName = keyof Given;
type Forms = {
  [N in StepName]: {
    readonly input: Parameters<Given[N]>[0];
    readonly output: ReturnType<Given[N]>;
  };
};
export type StepInput<N extends StepName> = Forms[N]["input"];

export type StepResult<N extends StepName> = {
  readonly output: Forms[N]["output"];
  /** How long the step took, with its commit. */
  readonly ms: number;
  /** Something else was written since the step before. */
  readonly othersWrote: boolean;
};

/** Returns a function that does one step of long work: a few milliseconds, in one transaction at most. */
export function createSteps(
  transactions: Transactions,
  parts: MessageParts,
  stepMs: number,
) {
  const steps: {
    readonly [N in StepName]: (
      input: StepInput<N>,
      isOver: IsOver,
    ) => Forms[N]["output"];
  } = stepsOf(transactions, parts);
  return <N extends StepName>(name: N, input: StepInput<N>): StepResult<N> => {
    const othersWrote = transactions.didOthersWrite();
    const start = performance.now();
    const isOver = (): boolean => performance.now() - start >= stepMs;
    const output = steps[name](input, isOver);
    return { output, ms: performance.now() - start, othersWrote };
  };
}
