import type { ErasedAddress } from "../../../phone/erased-number.ts";
import type { Erased, LongWork, Pruned } from "../../upkeep.ts";
import type { FoundNumber } from "./erase.ts";
import type { StepInput, StepName, StepResult } from "../writer/steps.ts";

/** Does one step, where messages are written. Rejects with StoreUnavailable. */
export type DoStep = <N extends StepName>(
  name: N,
  input: StepInput<N>,
) => Promise<StepResult<N>>;

/** Rests beside others who write, and while nobody does, in times of the step before. */
const REST_BESIDE_OTHERS = 19;
const REST_ALONE = 0.5;

/** How often events are looked through that came while others were. */
const ROUNDS_MAX = 4;

/** Does a step and rests; `hurries` where what others write has to be caught up with. */
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

/** See `UpkeepStore`. */
export async function findNumber(
  doStep: DoStep,
  address: ErasedAddress,
  work: LongWork = {},
): Promise<Erased> {
  const { addressIds } = await findAddresses(doStep, address, work);
  const found = new Found();
  await lookThrough(doStep, "findEvents", { address, addressIds }, found, work);
  const refusals = work.signal?.aborted
    ? 0
    : await step(doStep, "findRefusals", address);
  return { ...found.counts(), refusals, addressIds };
}

/** See `UpkeepStore`. */
export async function erase(
  doStep: DoStep,
  address: ErasedAddress,
  work: LongWork = {},
): Promise<Erased> {
  const { addressIds, lastId } = await findAddresses(doStep, address, work);
  const number = { address, addressIds };
  const found = new Found();
  const afterEventId = await lookThrough(
    doStep,
    "eraseEvents",
    number,
    found,
    work,
  );
  if (work.signal?.aborted)
    return { ...found.counts(), refusals: 0, addressIds };
  const refusals = await step(doStep, "eraseRefusals", address);
  const rest = { ...number, afterEventId, afterAddressId: lastId };
  const last = await step(doStep, "eraseRest", rest);
  found.add(last);
  return { ...found.counts(), refusals, addressIds: last.addressIds };
}

/** All addresses that are the number, and the last address that was looked at. */
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
 * Returns the last event that was looked at: the latest one, or one shortly before it
 * where callbacks of the number come as fast as they are looked at.
 */
async function lookThrough(
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

/** What the steps found together. */
class Found {
  #messages = 0;
  #events = 0;
  /** A tag may be found in several steps. */
  readonly #tags = new Set<string>();

  add({ messages, events, tags }: FoundNumber): void {
    this.#messages += messages;
    this.#events += events;
    for (const tag of tags) this.#tags.add(tag);
  }

  counts(): Pick<Erased, "messages" | "events" | "tags"> {
    return {
      messages: this.#messages,
      events: this.#events,
      tags: this.#tags.size,
    };
  }
}
