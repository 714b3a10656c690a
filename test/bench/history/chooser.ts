import type { Random } from "../../../src/simulation/random.ts";

/**
 * Picks entries by weight, millions of times: adds up the weights once instead of on each
 * call as `pickWeighted` does. There must be at least one entry.
 */
export function chooser<T extends { readonly weight: number }>(
  entries: readonly T[],
): (random: Random) => T {
  let total = 0;
  const ends = Float64Array.from(entries, ({ weight }) => (total += weight));
  const last = entries.at(-1);
  if (last === undefined)
    throw new RangeError("There is nothing to choose from.");
  return (random) => {
    const point = random() * total;
    let index = 0;
    while ((ends[index] ?? Infinity) <= point) index++;
    return entries[index] ?? last;
  };
}

/** Gives `values` weights that fall by Zipf's law: the nth has 1 / n^exponent. */
export function zipf<T>(
  values: readonly T[],
  exponent: number,
): readonly { readonly weight: number; readonly value: T }[] {
  return values.map((value, index) => ({
    weight: 1 / (index + 1) ** exponent,
    value,
  }));
}
