import type { RecordOutcome } from "../store/store.ts";
import type { EventStatus } from "../twilio/status.ts";
import type { Webhook } from "../twilio/webhook-paths.ts";
import type { RefusalCheck } from "../store/refusals.ts";

/**
 * Counts callbacks since the start in plain numbers, in place, so that it costs the
 * receiver nothing. Metrics read them on request.
 */
export class CallbackCounts {
  readonly sms = noneYet();
  readonly whatsapp = noneYet();
  readonly rcs = noneYet();
  readonly messenger = noneYet();
  /**
   * When the latest verified callback arrived, by the clock and by
   * `performance.now()`, which can't be set; 0 before the first.
   */
  lastAt = 0;
  lastTick = 0;
  /** The latest skipped callback; kept until the server stops. */
  lastSkipped: SkippedCallback | undefined;

  /** Events of Event Streams, by what they did. */
  readonly streams: StreamCounts = {
    new: 0,
    supplement: 0,
    confirmation: 0,
    repeat: 0,
    skipped: 0,
    refused: new Map(),
  };
  /** When the latest verified post of Event Streams arrived; 0 before the first. */
  lastStreamAt = 0;

  refused(webhook: Webhook, check: RefusalCheck): void {
    const { refused } = webhook === "events" ? this.streams : this[webhook];
    refused.set(check, (refused.get(check) ?? 0) + 1);
  }
}

/** A verified callback that left no event. */
export type SkippedCallback = {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Twilio's status. */
  readonly messageStatus: string;
};

/** Events by outcome, those whose type or status isn't recorded, and refused posts by check. */
type StreamCounts = Record<
  Exclude<RecordOutcome, "other-account"> | "skipped",
  number
> & { readonly refused: Map<RefusalCheck, number> };

type ChannelCounts = {
  /** New events, by their status. */
  readonly recorded: Record<EventStatus, number>;
  /** The same from Event Streams. */
  readonly streamed: Record<EventStatus, number>;
  /** Callbacks that added something to an existing event. */
  supplemented: number;
  /** Callbacks that added nothing. */
  repeated: number;
  /** Callbacks whose status isn't recorded. */
  skipped: number;
  /** By the check that refused them; counted for the route's channel. */
  readonly refused: Map<RefusalCheck, number>;
};

function noneYet(): ChannelCounts {
  return {
    recorded: { sent: 0, failed: 0, undelivered: 0, delivered: 0, read: 0 },
    streamed: { sent: 0, failed: 0, undelivered: 0, delivered: 0, read: 0 },
    supplemented: 0,
    repeated: 0,
    skipped: 0,
    refused: new Map(),
  };
}
