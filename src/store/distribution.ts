/** Measured values counted in a few buckets: plain numbers, so that measuring costs next to nothing. */
export class Distribution {
  /** The buckets' upper bounds, rising. A value above the last is in none. */
  readonly bounds: readonly number[];
  /** How many values are in each bucket and in no lower one. */
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
