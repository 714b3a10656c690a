/** Allows so much in each second; strangers get only a part of it, and that part is theirs while they wait. */
export class PerSecond {
  readonly #max: number;
  readonly #strangersMax: number;
  #second = 0;
  #taken = 0;
  #takenByStrangers = 0;

  constructor(max: number, strangersMax: number) {
    this.#max = max;
    this.#strangersMax = strangersMax;
  }

  /** Whether there is room for one more; `now` in milliseconds. */
  take(
    isStranger: boolean,
    now: number,
    { areStrangersWaiting }: { readonly areStrangersWaiting: boolean },
  ): boolean {
    const second = Math.floor(now / 1_000);
    if (second !== this.#second) {
      this.#second = second;
      this.#taken = 0;
      this.#takenByStrangers = 0;
    }
    const leftToStrangers = this.#strangersMax - this.#takenByStrangers;
    if (isStranger && leftToStrangers <= 0) return false;
    const kept = !isStranger && areStrangersWaiting ? leftToStrangers : 0;
    if (this.#taken >= this.#max - kept) return false;
    this.#taken++;
    if (isStranger) this.#takenByStrangers++;
    return true;
  }
}
