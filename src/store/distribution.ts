/**
 * How often a measured value fell into which of a few buckets: plain numbers, counted
 * in place, so that measuring costs next to nothing.
 */
export class Distribution {
  /** The buckets' upper bounds, rising. What is above the last is in none of them. */
  readonly bounds: readonly number[];
  /** For each bucket how many values are in it and in no lower one. */
  readonly counts: number[];
  count = 0;
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = bounds.map(() => 0);
  }

  add(value: number): void {
    this.count++;
    this.sum += value;
    const bucket = this.bounds.findIndex((bound) => value <= bound);
    const before = this.counts[bucket];
    if (before !== undefined) this.counts[bucket] = before + 1;
  }
}
