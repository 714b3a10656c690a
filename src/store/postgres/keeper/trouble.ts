import { codeOf } from "../connection/postgres-errors.ts";

/** At most this many callbacks a minute are set aside: if there are more, the reason isn't in them. */
const SET_ASIDE_MAX = 10;
const MINUTE_MS = 60_000;
/** By how much a batch shrinks in which something can't be recorded. */
const SHRINKS = 8;

/**
 * Finds the callback for which a batch fails: each attempt takes fewer, until it's alone.
 * Then it's set aside, and batches are full again.
 */
export function createTrouble(batchMax: number) {
  let limit = batchMax;
  let setAsideAt: number[] = [];
  return {
    /** How many callbacks the next batch may take. */
    limit: (): number => limit,
    /** Call this when a batch has been recorded. */
    isOver(): void {
      limit = batchMax;
    },
    /** Whether to set the next callback aside, after an error that can be about one. */
    isFound(): boolean {
      if (limit > 1) {
        limit = Math.ceil(limit / SHRINKS);
        return false;
      }
      const now = performance.now();
      setAsideAt = setAsideAt.filter((at) => now - at < MINUTE_MS);
      if (setAsideAt.length >= SET_ASIDE_MAX) return false;
      setAsideAt.push(now);
      limit = batchMax;
      return true;
    },
  };
}

/** Whether an error can be about what a callback says: a value that the server refuses, or a mistake of the program. */
export function mayConcernOne(error: unknown): boolean {
  return /^(?:2[12]|54|$)/.test(codeOf(error) ?? "");
}

/** Whether an error is about the tables, or about what the program does with them. */
export function concernsAll(error: unknown): boolean {
  return /^(?:23|42|XX)/.test(codeOf(error) ?? "");
}
