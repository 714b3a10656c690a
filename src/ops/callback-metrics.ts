import { CHANNELS, ROUTE_CHANNELS, type Channel } from "../twilio/status.ts";
import { REFUSAL_CHECKS } from "../store/refusals.ts";
import type { CallbackCounts } from "../receiver/callback-counts.ts";
import { alone, type Labelled, type Metrics } from "./metric-kinds.ts";

type ChannelCounts = CallbackCounts[Channel];

/** Callbacks by outcome, and the events recorded from them. */
export function addCallbackMetrics(
  metrics: Metrics,
  callbacks: CallbackCounts,
  lastCallbackAt: () => Promise<number | undefined>,
): void {
  const ofEach = (
    label: string,
    counts: (channel: ChannelCounts) => Iterable<readonly [string, number]>,
    channels: readonly Channel[] = CHANNELS,
  ): Labelled<number>[] =>
    channels.flatMap((channel) =>
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
    help: "Refused callbacks, by the check that they failed.",
    labels: ["channel", "check"],
    read: () =>
      ofEach(
        "check",
        ({ refused }) =>
          REFUSAL_CHECKS.map((check) => [check, refused.get(check) ?? 0]),
        ROUTE_CHANNELS,
      ),
  });
  metrics.counter({
    name: "smsledger_events_total",
    help: "Recorded events, by their status.",
    labels: ["channel", "status"],
    read: () => ofEach("status", ({ recorded }) => Object.entries(recorded)),
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
