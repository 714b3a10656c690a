import { outcomesBySpan } from "../overview/by-span.ts";
import type { Alert, AlertHistoryEntry, AlertStore } from "../store/alerts.ts";
import type { Store } from "../store/store.ts";
import { periodAround } from "./alert-period.ts";
import type { NoticeSent } from "./notices-sent.ts";

export type AlertDetailsStore = Pick<
  Store,
  "tally" | "countedByMinuteSince"
> & {
  readonly alerts: Pick<AlertStore, "history">;
};

/** Everything that an alert's page shows beside the alert. */
export type AlertDetails = {
  readonly history: readonly AlertHistoryEntry[];
  readonly notices: readonly NoticeSent[];
};

export async function readAlertDetails(
  store: AlertDetailsStore,
  alert: Alert,
  now: number,
) {
  const { firedAt, since, resolvedAt } = alert;
  const open = { from: firedAt ?? since, to: resolvedAt ?? now };
  const period = periodAround(open, now, await store.countedByMinuteSince());
  const [history, rows] = await Promise.all([
    store.alerts.history(alert.id),
    store.tally({ range: period.range, spanMs: period.spanMs }),
  ]);
  return {
    history,
    notices: [],
    chart: {
      period,
      spans: outcomesBySpan(rows, period),
      conditions: [],
      isOfAll: alert.facts.filter !== "",
    },
  };
}
