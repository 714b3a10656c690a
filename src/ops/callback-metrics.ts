import {
  CHANNELS,
  EVENT_STATUSES,
  ROUTE_CHANNELS,
  type Channel,
} from "../twilio/status.ts";
import { REFUSAL_CHECKS } from "../store/refusals.ts";
import type { CallbackCounts } from "../receiver/callback-counts.ts";
import { alone, type Labelled, type Metrics } from "./metric-kinds.ts";

type ChannelCounts = CallbackCounts[Channel];

/** What the metric calls each outcome of an event of Event Streams. */
const STREAM_OUTCOMES = [
  ["new", "recorded"],
  ["supplement", "supplemented"],
  ["confirmation", "confirmed"],
  ["repeat", "repeated"],
  ["skipped", "skipped"],
] as const;

/** Callbacks by outcome, and the events recorded from them. */
export function addCallbackMetrics(
  metrics: Metrics,
  callbacks: CallbackCounts,
  lastCallbackAt: () => Promise<number | undefined>,
): void {
  const ofEach = (
    label: string,
    counts: (channel: ChannelCounts) => Iterable<readonly [string, number]>,
  ): Labelled<number>[] =>
    CHANNELS.flatMap((channel) =>
      [...counts(callbacks[channel])].map(([word, value]): Labelled<number> => [
        { channel, [label]: word },
        value,
      ]),
    );
  metrics.counter({
    name: "smsledger_callbacks_total",
    help: "Proven callbacks: recorded, supplemented (the event was there, and this callback added to it), repeated (it added nothing), or skipped (a status that is not recorded).",
    labels: ["channel", "outcome"],
    read: () =>
      ofEach("outcome", ({ recorded, supplemented, repeated, skipped }) =>
        Object.entries({
          recorded: sumOf(recorded),
          supplemented,
          repeated,
          skipped,
        }),
      ),
  });
  metrics.counter({
    name: "smsledger_callbacks_refused_total",
    help: "Refused callbacks, by the check that they failed; the channel events is posts of Event Streams.",
    labels: ["channel", "check"],
    read: () =>
      [
        ...ROUTE_CHANNELS.map((name) => [name, callbacks[name]] as const),
        ["events", callbacks.streams] as const,
      ].flatMap(([channel, { refused }]) =>
        REFUSAL_CHECKS.map((check): Labelled<number> => [
          { channel, check },
          refused.get(check) ?? 0,
        ]),
      ),
  });
  metrics.counter({
    name: "smsledger_stream_events_total",
    help: "Proven events of Event Streams: recorded, supplemented (the event was there, and this one added to it), confirmed (another source had reported it), repeated, or skipped (a type or status that is not recorded).",
    labels: ["outcome"],
    read: () =>
      STREAM_OUTCOMES.map(([outcome, name]): Labelled<number> => [
        { outcome: name },
        callbacks.streams[outcome],
      ]),
  });
  metrics.counter({
    name: "smsledger_events_total",
    help: "Events recorded from callbacks and Event Streams, by their status.",
    labels: ["channel", "status"],
    read: () =>
      ofEach("status", ({ recorded, streamed }) =>
        EVENT_STATUSES.map((status) => [
          status,
          recorded[status] + streamed[status],
        ]),
      ),
  });
  metrics.gauge({
    name: "smsledger_last_callback_timestamp_seconds",
    help: "When the latest proven callback came; absent before the first.",
    read: async () => {
      const at = await lastCallbackAt();
      return alone(at && at / 1_000);
    },
  });
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
