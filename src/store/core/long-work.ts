import type { ErasedAddress } from "../../phone/erased-number.ts";
import type { Erased, LongWork, Pruned } from "../upkeep.ts";
import {
  createFound,
  type ErasedEvents,
  type ErasedRest,
  type Erasing,
  type ErasingRest,
  type FoundAddresses,
} from "./erasing.ts";

export type PruneStep = Pruned & {
  /** No message is left to delete. */
  readonly isDone: boolean;
};

/** The steps of long work by name; their inputs and outputs are what JSON can carry. */
export type Steps = {
  /** Deletes some of the messages first seen before this time, the start of an hour. */
  prune(before: number): PruneStep;
  /** Deletes some of the made-up messages. */
  pruneMadeUp(input: null): PruneStep;
  /** Returns some free space to the disk; the output is whether that is done. */
  giveBack(input: null): boolean;
  /** Searches the addresses after this one for the number, in any form. */
  findAddresses(input: {
    readonly address: ErasedAddress;
    readonly afterId: number;
  }): FoundAddresses;
  /** Searches some events, and counts those of messages that contain the number. */
  findEvents(erasing: Erasing): ErasedEvents;
  /** The same, and takes the number out of them. */
  eraseEvents(erasing: Erasing): ErasedEvents;
  /** Does what has arrived since, and then the addresses. */
  eraseRest(rest: ErasingRest): ErasedRest;
};

export type StepName = keyof Steps;
export type StepInput<N extends StepName> = Parameters<Steps[N]>[0];

export type StepResult<N extends StepName> = {
  readonly output: ReturnType<Steps[N]>;
  /** How long the step took, with its commit. */
  readonly ms: number;
  /** Something else was written since the step before, and waits for the next one. */
  readonly othersWrote: boolean;
};

type Found = ReturnType<typeof createFound>;

/** Does one step, in whatever process or thread writes messages. Rejects with StoreUnavailable. */
export type DoStep = <N extends StepName>(
  name: N,
  input: StepInput<N>,
) => Promise<StepResult<N>>;

/** How long to rest, in times of the step before: beside other writers, and alone. */
const REST_BESIDE_OTHERS = 19;
const REST_ALONE = 0.5;

/** How many rounds catch up with events that arrived during the round before. */
const ROUNDS_MAX = 4;

/** Does a step and rests; `hurries` to catch up with other writers. */
async function step<N extends StepName>(
  doStep: DoStep,
  name: N,
  input: StepInput<N>,
  hurries = false,
): Promise<StepResult<N>["output"]> {
  const { output, ms, othersWrote } = await doStep(name, input);
  const rest = othersWrote && !hurries ? REST_BESIDE_OTHERS : REST_ALONE;
  await Bun.sleep(ms * rest);
  return output;
}

/** See `UpkeepStore`. */
export function prune(
  doStep: DoStep,
  before: number,
  work?: LongWork,
): Promise<Pruned> {
  return pruneAll(doStep, () => step(doStep, "prune", before), work);
}

/** See `UpkeepStore`. */
export function pruneMadeUp(doStep: DoStep, work?: LongWork): Promise<Pruned> {
  return pruneAll(doStep, () => step(doStep, "pruneMadeUp", null), work);
}

async function pruneAll(
  doStep: DoStep,
  pruneSome: () => Promise<Pruned & { readonly isDone: boolean }>,
  { signal, onProgress }: LongWork = {},
): Promise<Pruned> {
  const total = { messages: 0, events: 0 };
  for (let isDone = false; !isDone && !signal?.aborted;) {
    const pruned = await pruneSome();
    ({ isDone } = pruned);
    total.messages += pruned.messages;
    total.events += pruned.events;
    onProgress?.(total.messages);
  }
  for (let isDone = false; !isDone && !signal?.aborted;)
    isDone = await step(doStep, "giveBack", null);
  return total;
}

/** What is done with refused callbacks; resolves to the number of those that say something about the address. */
type InRefusals = (address: ErasedAddress) => Promise<number>;

/** See `UpkeepStore`. */
export async function findNumber(
  doStep: DoStep,
  findInRefusals: InRefusals,
  address: ErasedAddress,
  work: LongWork = {},
): Promise<Erased> {
  const { addressIds } = await findAddresses(doStep, address, work);
  const found = createFound();
  await searchEvents(
    doStep,
    "findEvents",
    { address, addressIds },
    found,
    work,
  );
  const refusals = work.signal?.aborted ? 0 : await findInRefusals(address);
  return { ...counts(found), refusals, addressIds };
}

/** See `UpkeepStore`. */
export async function erase(
  doStep: DoStep,
  eraseFromRefusals: InRefusals,
  address: ErasedAddress,
  work: LongWork = {},
): Promise<Erased> {
  const { addressIds, lastId } = await findAddresses(doStep, address, work);
  const number = { address, addressIds };
  const found = createFound();
  const afterEventId = await searchEvents(
    doStep,
    "eraseEvents",
    number,
    found,
    work,
  );
  if (work.signal?.aborted)
    return { ...counts(found), refusals: 0, addressIds };
  const refusals = await eraseFromRefusals(address);
  const rest = { ...number, afterEventId, afterAddressId: lastId };
  const last = await step(doStep, "eraseRest", rest);
  found.add(last);
  return { ...counts(found), refusals, addressIds: last.addressIds };
}

/** All addresses that are the number, and the last address that was searched. */
async function findAddresses(
  doStep: DoStep,
  address: ErasedAddress,
  { signal }: LongWork,
): Promise<{ addressIds: number[]; lastId: number }> {
  const addressIds: number[] = [];
  let lastId = 0;
  for (let isDone = false; !isDone && !signal?.aborted;) {
    const input = { address, afterId: lastId };
    const found = await step(doStep, "findAddresses", input);
    ({ isDone, lastId } = found);
    addressIds.push(...found.addressIds);
  }
  return { addressIds, lastId };
}

/**
 * Returns the last event that was searched: the latest one, or one shortly before it where
 * callbacks of the number arrive as fast as they are searched.
 */
async function searchEvents(
  doStep: DoStep,
  name: "findEvents" | "eraseEvents",
  number: {
    readonly address: ErasedAddress;
    readonly addressIds: readonly number[];
  },
  found: Found,
  { signal, onProgress }: LongWork,
): Promise<number> {
  let lastId = 0;
  let until = 0;
  let rounds = -1;
  while (!signal?.aborted) {
    const input = { ...number, afterEventId: lastId };
    const events = await step(doStep, name, input, rounds > 0);
    ({ lastId } = events);
    found.add(events);
    onProgress?.(lastId, events.latestId);
    if (events.isDone) break;
    if (lastId < until) continue;
    if (++rounds === ROUNDS_MAX) break;
    until = events.latestId;
  }
  return lastId;
}

/** The counts of all steps together. */
function counts(found: Found): Pick<Erased, "messages" | "events" | "tags"> {
  const { messages, events, tags } = found.total();
  return { messages, events, tags: tags.length };
}
