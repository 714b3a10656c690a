import { seededRandom, type Random } from "../../src/simulation/random.ts";

const SEED_BITS = 31;

/** The seed of a repeated run: TEST_SEED. */
export const givenSeed = numberIn("TEST_SEED");

/**
 * Returns random numbers for one test. Prints their seed, so that a failed run can be
 * repeated with TEST_SEED.
 */
export function randomFromSeed(): Random {
  const seed = givenSeed ?? Math.floor(Math.random() * 2 ** SEED_BITS);
  console.log(`To repeat these random choices, set TEST_SEED=${seed}.`);
  return seededRandom([seed, 0, 0]);
}

function numberIn(name: string): number | undefined {
  const text = process.env[name];
  if (text === undefined) return undefined;
  if (!/^-?\d+$/.test(text)) throw new Error(`${name} must be a whole number.`);
  return Number(text);
}
