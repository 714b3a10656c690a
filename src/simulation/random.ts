/** A source of randomness: each call returns a number from 0 up to, but not including, 1. */
export type Random = () => number;

/**
 * Returns random numbers determined by a seed, so that a run can be repeated: the
 * generator sfc32, whose 128 bits of state keep runs with different seeds apart.
 */
export function seededRandom(seed: readonly [number, number, number]): Random {
  let [a, b, c] = seed;
  let counter = 1;
  const random = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 15; i++) random();
  return random;
}

/** Returns a fresh seed. */
export function freshSeed(): [number, number, number] {
  const [a = 0, b = 0, c = 0] = crypto.getRandomValues(new Int32Array(3));
  return [a, b, c];
}

/** Picks one of `entries` by weight. There must be at least one. */
export function pickWeighted<T extends { readonly weight: number }>(
  random: Random,
  entries: readonly T[],
): T {
  const total = entries.reduce((sum, each) => sum + each.weight, 0);
  let rest = random() * total;
  for (const entry of entries) {
    rest -= entry.weight;
    if (rest < 0) return entry;
  }
  const last = entries.at(-1);
  if (last === undefined)
    throw new RangeError("There is nothing to pick from.");
  return last;
}

/** Picks one of `entries`, all equally likely. There must be at least one. */
export function pick<T>(random: Random, entries: readonly T[]): T {
  return pickWeighted(
    random,
    entries.map((value) => ({ value, weight: 1 })),
  ).value;
}

/** Returns a number from `from` up to, but not including, `to`. */
export function between(random: Random, from: number, to: number): number {
  return from + random() * (to - from);
}

/** `length` hexadecimal digits in lower case. */
export function hexDigits(random: Random, length: number): string {
  let digits = "";
  while (digits.length < length)
    digits += Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, "0");
  return digits.slice(0, length);
}
