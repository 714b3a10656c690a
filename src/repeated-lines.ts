import type { Log } from "./log.ts";

/** Of the same line one is logged so often at most. */
const LINE_EVERY_MS = 1_000;

type Fields = Readonly<Record<string, string | number | null>>;

/**
 * Logs warnings that a stranger can cause: the first of a kind at once, those of the
 * next second in one line with their number. So a flood of requests neither fills the
 * disk nor holds up the receiver, and a single one is told when it happens.
 */
export class RepeatedLines {
  readonly #log: Log;
  readonly #everyMs: number;
  /** By line, while its second lasts: how many were not logged yet. */
  readonly #held = new Map<string, number>();

  constructor(log: Log, everyMs = LINE_EVERY_MS) {
    this.#log = log;
    this.#everyMs = everyMs;
  }

  /** Lines are the same when their words and their fields are. */
  warn(fields: Fields, words: string): void {
    const key = `${words} ${JSON.stringify(fields)}`;
    const held = this.#held.get(key);
    if (held !== undefined) {
      this.#held.set(key, held + 1);
      return;
    }
    this.#log.warn(fields, words);
    this.#hold(key, fields, words);
  }

  #hold(key: string, fields: Fields, words: string): void {
    this.#held.set(key, 0);
    const timer = setTimeout(() => {
      const times = this.#held.get(key) ?? 0;
      this.#held.delete(key);
      if (times === 0) return;
      this.#log.warn({ ...fields, times }, words);
      this.#hold(key, fields, words);
    }, this.#everyMs);
    timer.unref();
  }
}
