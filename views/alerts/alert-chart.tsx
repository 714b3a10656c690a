import type { Charted } from "../../src/alerts/charted.ts";
import type { Alert } from "../../src/store/alerts.ts";
import type { Period } from "../../src/time/time-range.ts";
import { PeriodChart } from "../charts/chart-period.tsx";
import type { Site } from "../site.ts";

/** The messages around an alert. */
export type AlertCharted = Charted & { readonly period: Period };

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
          All messages: those that the rule watches aren’t counted over time by
          themselves.
        </p>
      ) : (
        ""
      )}
    </section>
  );
}
