import { fc } from "../support/fast-check.ts";

/** How many events are recorded at once: a few, or all, which can then share a transaction. */
export const atOnce = fc.constantFrom(1, 3, 100);

export async function inSteps<T>(
  items: readonly T[],
  size: number,
  record: (item: T) => Promise<unknown>,
): Promise<void> {
  for (let start = 0; start < items.length; start += size)
    await Promise.all(items.slice(start, start + size).map(record));
}
