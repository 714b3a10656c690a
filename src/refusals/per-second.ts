/** Allows so much in each second, and strangers only a part of it. */
export class PerSecond {
  readonly #max: number;
  readonly #strangersMax: number;
  #second = 0;
  #taken = 0;

  constructor(max: number, strangersMax: number) {
    this.#max = max;
    this.#strangersMax = strangersMax;
  }

  /** Whether there is room for one more; `now` in milliseconds. */
  take(isStranger: boolean, now: number): boolean {
    const second = Math.floor(now / 1_000);
    if (second !== this.#second) {
      this.#second = second;
      this.#taken = 0;
    }
    const max = isStranger ? this.#strangersMax : this.#max;
    if (this.#taken >= max) return false;
    this.#taken++;
    return true;
  }
}
