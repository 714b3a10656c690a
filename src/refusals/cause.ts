import type { Cause } from "../store/diagnosis.ts";

/** A part of what may have been signed, and what differs in it; no causes if it's as expected. */
export type Variant<T = string> = {
  readonly value: T;
  readonly causes: readonly Cause[];
  /** Also tried together with a change in another part. */
  readonly isLikely: boolean;
};

/** Removes duplicate variants; of the same value, the one with the fewest causes stays. */
export function distinct(variants: readonly Variant[]): Variant[] {
  const fewest = new Map<string, Variant>();
  for (const variant of variants) {
    const known = fewest.get(variant.value);
    if (known === undefined || variant.causes.length < known.causes.length)
      fewest.set(variant.value, variant);
  }
  return [...fewest.values()].toSorted(
    (a, b) => a.causes.length - b.causes.length,
  );
}
