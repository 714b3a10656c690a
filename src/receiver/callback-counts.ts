import type { EventStatus, RouteChannel } from "../twilio/status.ts";
import type { RefusalCheck } from "../store/refusals.ts";

/**
 * Counts callbacks since the start in plain numbers, in place: the receiver's way costs
 * no more for it. Metrics read them when they are asked for.
 */
export class CallbackCounts {
  readonly sms = noneYet();
  readonly whatsapp = noneYet();
  readonly rcs = noneYet();
  readonly messenger = noneYet();
  /**
   * When the latest proven callback came, by the clock and by `performance.now()`, which
   * nobody sets; 0 before the first.
   */
  lastAt = 0;
  lastTick = 0;
  /** The latest of those whose status is not recorded; kept until the server stops. */
  lastSkipped: SkippedCallback | undefined;

  refused(channel: RouteChannel, check: RefusalCheck): void {
    const { refused } = this[channel];
    refused.set(check, (refused.get(check) ?? 0) + 1);
  }
}

/** A verified callback that left no event. */
export type SkippedCallback = {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Twilio's word. */
  readonly messageStatus: string;
};

type ChannelCounts = {
  /** New events, by their status. */
  readonly recorded: Record<EventStatus, number>;
  /** Callbacks that added something to an event that was there already. */
  supplemented: number;
  /** Callbacks that added nothing. */
  repeated: number;
  /** Callbacks whose status is not recorded. */
  skipped: number;
  /** By the check that they failed; counted for the channel of the route. */
  readonly refused: Map<RefusalCheck, number>;
};

function noneYet(): ChannelCounts {
  return {
    recorded: { sent: 0, failed: 0, undelivered: 0, delivered: 0, read: 0 },
    supplemented: 0,
    repeated: 0,
    skipped: 0,
    refused: new Map(),
  };
}
