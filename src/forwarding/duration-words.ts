import { DURATION_BUCKETS } from "../store/outbox.ts";
import { duration } from "../words/amounts.ts";

const LONGEST_MS = Math.max(...DURATION_BUCKETS.filter(Number.isFinite));

/** A duration that is known as the upper limit of its bucket: `under 250 ms`, `over 10 s`. */
export function limitWords(ms: number | undefined): string {
  if (ms === undefined) return "–";
  return Number.isFinite(ms)
    ? `under ${duration(ms)}`
    : `over ${duration(LONGEST_MS)}`;
}
