import type { Log } from "./log.ts";

/** The same line is logged at most once in this time. */
const LINE_EVERY_MS = 1_000;
/** Different lines in that time; beyond it, those with the same message share a line, without their fields. */
const LINES_MAX = 50;

type Level = "warn" | "error";
type Fields = Readonly<
  Record<string, string | number | null | readonly string[]>
>;

type Held = {
  readonly level: Level;
  readonly fields: Fields;
  readonly words: string;
  /** How many haven't been logged yet. */
  times: number;
};

/**
 * Logs events that strangers can cause: the first of a kind immediately, and those of
 * the next second in one line with their count. A flood of requests neither fills the
 * disk nor delays the receiver, and a single one is logged when it happens.
 */
export class RepeatedLines {
  readonly #log: Log;
  readonly #everyMs: number;
  /** By line, while its second lasts. */
  readonly #held = new Map<string, Held>();

  constructor(log: Log, everyMs = LINE_EVERY_MS) {
    this.#log = log;
    this.#everyMs = everyMs;
  }

  /** Lines are equal if their messages and fields are. */
  warn(fields: Fields, words: string): void {
    this.#add("warn", fields, words);
  }

  error(fields: Fields, words: string): void {
    this.#add("error", fields, words);
  }

  #add(level: Level, given: Fields, words: string): void {
    let fields = given;
    let key = keyOf(level, fields, words);
    if (this.#held.size >= LINES_MAX && !this.#held.has(key)) {
      fields = {};
      key = keyOf(level, fields, words);
    }
    const held = this.#held.get(key);
    if (held !== undefined) {
      held.times++;
      return;
    }
    this.#log[level](fields, words);
    this.#hold(key, { level, fields, words, times: 0 });
  }

  #hold(key: string, held: Held): void {
    this.#held.set(key, held);
    const timer = setTimeout(() => {
      this.#held.delete(key);
      const { level, fields, words, times } = held;
      if (times === 0) return;
      this.#log[level]({ ...fields, times }, words);
      this.#hold(key, { ...held, times: 0 });
    }, this.#everyMs);
    timer.unref();
  }
}

function keyOf(level: Level, fields: Fields, words: string): string {
  return `${level} ${words} ${JSON.stringify(fields)}`;
}
