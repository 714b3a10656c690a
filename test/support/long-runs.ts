import { describe, test } from "bun:test";
import { seededRandom } from "../../src/simulation/random.ts";
import { givenSeed } from "./seed.ts";

/**
 * `bun run test:long` runs everything. `bun run test` has five minutes, so it leaves out what
 * takes long and has a shorter test beside it, and of many equal cases it runs some, others
 * each time.
 */
export const isLongRun = process.env["TEST_LONG"] === "1";

export const longTest = test.skipIf(!isLongRun);
export const describeLong = describe.skipIf(!isLongRun);

/** How many cases of a property are tried where each takes long, of those of a long run. */
export function runsOf(count: number): number {
  return isLongRun ? count : Math.ceil(count / 4);
}

const random = seededRandom([
  givenSeed ?? Math.floor(Math.random() * 2 ** 31),
  1,
  0,
]);

/** All cases in a long run; otherwise as many as `count`, chosen anew by each run, in their order. */
export function someOf<T>(cases: readonly T[], count: number): readonly T[] {
  if (isLongRun) return cases;
  const places = new Set<number>();
  while (places.size < Math.min(count, cases.length))
    places.add(Math.floor(random() * cases.length));
  return cases.filter((_, place) => places.has(place));
}
