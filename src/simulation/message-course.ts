import type { Channel, EventStatus } from "../twilio/status.ts";
import { between, type Random } from "./random.ts";
import { TRAFFIC } from "./traffic.ts";

/** The course of a message: its statuses in order, each with the time since the previous one. */
export type Course = {
  readonly statuses: readonly (readonly [
    status: EventStatus,
    afterMs: number,
  ])[];
  readonly errorCode: number | undefined;
};

/** How long after `sent` a message is delivered if nothing delays it, in milliseconds. */
export function usualDeliveryMs(random: Random): number {
  return 800 + 6_000 * random() ** 3;
}

/** Makes up the course of a message to its final status. */
export function course(
  random: Random,
  channel: Channel,
  last: EventStatus,
  errorCode: number | undefined,
  deliveryMs = usualDeliveryMs,
): Course {
  const sent = ["sent", between(random, 200, 1_800)] as const;
  const delivered = ["delivered", deliveryMs(random)] as const;
  switch (last) {
    case "sent":
      return { statuses: [sent], errorCode };
    case "delivered":
      if (channel === "sms" && random() < TRAFFIC.lateShare) {
        const undelivered = [
          "undelivered",
          between(random, 2_000, 9_000),
        ] as const;
        return { statuses: [sent, undelivered, delivered], errorCode: 30008 };
      }
      return { statuses: [sent, delivered], errorCode };
    case "read":
      return {
        statuses: [sent, delivered, ["read", 3_000 + 240_000 * random() ** 3]],
        errorCode,
      };
    case "undelivered":
      return {
        statuses: [sent, ["undelivered", between(random, 2_000, 40_000)]],
        errorCode,
      };
    case "failed":
      return {
        statuses: [["failed", between(random, 200, 2_500)]],
        errorCode,
      };
  }
}
