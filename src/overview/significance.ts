/** A share of messages, such as those delivered of those with a final status. */
export type Proportion = { readonly hits: number; readonly of: number };

/** A difference that chance alone makes less often than this isn't put down to it. */
const LIKELIHOOD_MAX = 0.01;
/** Below this many expected messages in a cell the normal distribution is too rough. */
const EXPECTED_MIN = 5;

/** Whether two shares differ by no more than chance alone often makes them differ. */
export function isWithinChance(one: Proportion, other: Proportion): boolean {
  return likelihood(one, other) >= LIKELIHOOD_MAX;
}

/**
 * How likely two shares differ at least this much by chance alone, if they are really the
 * same, 0 to 1: by the two-proportion z-test, or by Fisher's exact test for few messages.
 */
export function likelihood(one: Proportion, other: Proportion): number {
  const of = one.of + other.of;
  const pooled = (one.hits + other.hits) / of;
  if (one.of === 0 || other.of === 0 || pooled === 0 || pooled === 1) return 1;
  const fewest = Math.min(one.of, other.of) * Math.min(pooled, 1 - pooled);
  if (fewest < EXPECTED_MIN) return exactLikelihood(one, other);
  const difference = one.hits / one.of - other.hits / other.of;
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / one.of + 1 / other.of));
  return erfc(Math.abs(difference) / error / Math.SQRT2);
}

/** Fisher's: adds up all ways to share out the hits that are no likelier than this one. */
function exactLikelihood(one: Proportion, other: Proportion): number {
  const hits = one.hits + other.hits;
  const of = one.of + other.of;
  const logOf = (hitsOfOne: number): number =>
    logChoices(one.of, hitsOfOne) +
    logChoices(other.of, hits - hitsOfOne) -
    logChoices(of, hits);
  const observed = logOf(one.hits);
  let sum = 0;
  const last = Math.min(hits, one.of);
  for (let each = Math.max(0, hits - other.of); each <= last; each++) {
    const log = logOf(each);
    // Ways that are equally likely may differ in their last digits.
    if (log <= observed + 1e-7) sum += Math.exp(log);
  }
  return Math.min(1, sum);
}

/** The logarithm of in how many ways `some` can be chosen of `all`. */
function logChoices(all: number, some: number): number {
  return logFactorial(all) - logFactorial(some) - logFactorial(all - some);
}

/** Stirling's series from 10 on, where it's exact to twelve digits. */
function logFactorial(number: number): number {
  if (number < 10) {
    let product = 1;
    for (let each = 2; each <= number; each++) product *= each;
    return Math.log(product);
  }
  const inverse = 1 / number;
  const square = inverse * inverse;
  return (
    (number + 0.5) * Math.log(number) -
    number +
    0.5 * Math.log(2 * Math.PI) +
    inverse *
      (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680)))
  );
}

/** The complementary error function, to seven digits (Numerical Recipes, `erfcc`); `x` is 0 or more. */
function erfc(x: number): number {
  const t = 1 / (1 + 0.5 * x);
  const series = COEFFICIENTS.reduceRight((sum, each) => each + t * sum, 0);
  return t * Math.exp(-x * x + series);
}

const COEFFICIENTS = [
  -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807,
  -1.13520398, 1.48851587, -0.82215223, 0.17087277,
];
