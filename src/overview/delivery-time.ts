import type { DeliveryTimes } from "../store/tally.ts";

/** How long messages took from sent to delivered, milliseconds. */
export type DeliveryTime = {
  /** Half took no longer. */
  readonly median: number;
  /** The 95th percentile. */
  readonly p95: number;
  /** How many messages that is known of. */
  readonly messages: number;
};

/** Undefined when no message's time is known. */
export function deliveryTimeOf(times: DeliveryTimes): DeliveryTime | undefined {
  const median = quantile(times, 0.5);
  const p95 = quantile(times, 0.95);
  if (median === undefined || p95 === undefined) return undefined;
  return {
    median,
    p95,
    messages: times.reduce((sum, { messages }) => sum + messages, 0),
  };
}

/**
 * The milliseconds that `share` of the messages took at most, 0 to 1. Messages are taken
 * to lie evenly within their bin. Undefined when there are none.
 */
export function quantile(
  times: DeliveryTimes,
  share: number,
): number | undefined {
  const total = times.reduce((sum, { messages }) => sum + messages, 0);
  if (total === 0) return undefined;
  const wanted = total * share;
  let below = 0;
  for (const { fromMs, toMs, messages } of times) {
    if (messages > 0 && below + messages >= wanted) {
      // The last bin may have no end.
      const length = Number.isFinite(toMs) ? toMs - fromMs : 0;
      return fromMs + ((wanted - below) / messages) * length;
    }
    below += messages;
  }
  return undefined;
}
