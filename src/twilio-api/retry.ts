const SECOND = 1_000;
/** How long after a failed attempt the next one is made; then it's given up. */
const DELAYS = [1, 2, 5, 15, 30, 60].map((seconds) => seconds * SECOND);
/** By how much they vary. */
const JITTER = 0.2;
/** Twilio can ask for more than that. */
const RETRY_AFTER_MAX_MS = 600 * SECOND;

/** How long to wait after this number of failed attempts; undefined when it's given up. */
export function retryDelay(
  attempts: number,
  random: () => number,
): number | undefined {
  const delay = DELAYS[attempts - 1];
  return delay === undefined
    ? undefined
    : delay * (1 + JITTER * (2 * random() - 1));
}

/** What a Retry-After header asks for: seconds, or a date. Undefined if it can't be read. */
export function retryAfterMs(
  header: string | null,
  now: number,
): number | undefined {
  const text = header?.trim() ?? "";
  const ms = /^\d{1,9}$/.test(text)
    ? Number(text) * SECOND
    : text.endsWith("GMT")
      ? Date.parse(text) - now
      : Number.NaN;
  return Number.isNaN(ms)
    ? undefined
    : Math.min(Math.max(ms, 0), RETRY_AFTER_MAX_MS);
}
