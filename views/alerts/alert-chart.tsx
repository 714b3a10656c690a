import type { FilterPair } from "../../src/messages/filter-language.ts";
import type { SpanOutcomes } from "../../src/overview/by-span.ts";
import type { Alert } from "../../src/store/alerts.ts";
import type { Period } from "../../src/time/time-range.ts";
import { PeriodChart } from "../charts/chart-period.tsx";
import type { Site } from "../site.ts";

/** The messages around an alert. */
export type AlertCharted = {
  readonly period: Period;
  readonly spans: readonly SpanOutcomes[];
  /** What the lists are narrowed to beside the time. */
  readonly conditions: readonly FilterPair[];
  /** Whether these are all messages, as its rule's filter can't be charted. */
  readonly isOfAll: boolean;
};

/** The messages around an alert, with the time in which it was open set off. */
export function AlertChart({
  site: { urls },
  alert: { firedAt, since, resolvedAt },
  chart: { period, spans, conditions, isOfAll },
  now,
}: {
  readonly site: Site;
  readonly alert: Alert;
  readonly chart: AlertCharted;
  readonly now: number;
}) {
  const open = { from: firedAt ?? since, to: resolvedAt ?? now };
  return (
    <section class="panel alert-chart" aria-label="Messages around the alert">
      <PeriodChart
        {...{ urls, period, spans, conditions, now }}
        hasRate={true}
        marked={{ words: "Alert open", ranges: [open] }}
      />
      {isOfAll ? (
        <p class="hint">
          All messages: those that match the rule’s filter can’t be counted over
          time.
        </p>
      ) : (
        ""
      )}
    </section>
  );
}
