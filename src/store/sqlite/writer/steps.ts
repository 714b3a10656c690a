import type {
  StepInput,
  StepName,
  StepResult,
  Steps,
} from "../../core/long-work.ts";
import type { Transactions } from "../connection/transactions.ts";
import type { MessageParts } from "../recording/event-recorder.ts";
import { createEraser } from "../upkeep/erase.ts";
import { createFreePages } from "../upkeep/free-pages.ts";
import { createRetention } from "../upkeep/retention.ts";

/** How long a step works before it commits: callbacks wait for it. */
export const STEP_MS = 2;

type IsOver = () => boolean;

type StepsInTime = {
  readonly [N in StepName]: (
    input: StepInput<N>,
    isOver: IsOver,
  ) => ReturnType<Steps[N]>;
};

function stepsOf(transactions: Transactions, parts: MessageParts): StepsInTime {
  const { db, run } = transactions;
  const retention = createRetention(transactions, parts);
  const eraser = createEraser(transactions, parts);
  const freePages = createFreePages(db);
  return {
    prune: (before, isOver) => run(() => retention.prune(before, isOver)),
    pruneMadeUp: (_, isOver) => run(() => retention.pruneMadeUp(isOver)),
    giveBack: (_, isOver) => run(() => freePages.giveBack(isOver)),
    findAddresses: ({ address, afterId }, isOver) =>
      eraser.findAddresses(address, afterId, isOver),
    findEvents: (erasing, isOver) => eraser.findEvents(erasing, isOver),
    eraseEvents: (erasing, isOver) => eraser.eraseEvents(erasing, isOver),
    eraseRest: (rest) => run(() => eraser.eraseRest(rest)),
  };
}

/** Returns a function that does one step of long work: a few milliseconds, in one transaction at most. */
export function createSteps(
  transactions: Transactions,
  parts: MessageParts,
  stepMs: number,
) {
  const steps = stepsOf(transactions, parts);
  return <N extends StepName>(name: N, input: StepInput<N>): StepResult<N> => {
    const othersWrote = transactions.didOthersWrite();
    const start = performance.now();
    const isOver = (): boolean => performance.now() - start >= stepMs;
    const output = steps[name](input, isOver);
    return { output, ms: performance.now() - start, othersWrote };
  };
}
