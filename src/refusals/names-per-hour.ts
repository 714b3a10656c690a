import { isWithin } from "../time/clock.ts";

/** Names in an hour that are kept and aren't ours: strangers can make up any number. */
const NAMES_MAX = 20;
const HOUR_MS = 3_600_000;

/** The first names of each hour that strangers claim. */
export class NamesPerHour {
  readonly #names = new Set<string>();
  #since = -Infinity;

  /** Whether a name may be kept; `now` in milliseconds. */
  take(name: string, now: number): boolean {
    if (!isWithin(HOUR_MS, this.#since, now)) {
      this.#names.clear();
      this.#since = now;
    }
    if (this.#names.size < NAMES_MAX) this.#names.add(name);
    return this.#names.has(name);
  }
}
