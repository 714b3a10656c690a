import type { AlertStore } from "../store/alerts.ts";
import type { ToldAlert } from "./told-alerts.ts";
import { currentCounts } from "./current-counts.ts";
import type { Store } from "../store/store.ts";
import type { Stores } from "../store/stores.ts";
import { readCharted } from "./charted.ts";
import { periodAround } from "./alert-period.ts";
import { KINDS } from "./rules/kinds.ts";
import { noticesOf } from "./notices-sent.ts";

export type AlertDetailsStore = Pick<
  Store,
  "tally" | "countedByMinuteSince" | "countMessages"
> & {
  readonly alerts: Pick<AlertStore, "history">;
} & Pick<Stores, "alertChannels" | "outbox">;

/** Reads everything that an alert’s page shows beside the alert. */
export async function readAlertDetails(
  store: AlertDetailsStore,
  alert: ToldAlert,
  now: number,
) {
  const { firedAt, since, resolvedAt } = alert;
  const open = { from: firedAt ?? since, to: resolvedAt ?? now };
  const period = periodAround(open, now, await store.countedByMinuteSince());
  const { filter } = alert.facts;
  const isOfMessages = KINDS[alert.ruleKind].takesFilter;
  const [history, counts, charted] = await Promise.all([
    store.alerts.history(alert.id),
    currentCounts(store, alert.story, now),
    isOfMessages ? readCharted(store, filter, alert.key, period) : undefined,
  ]);
  return {
    history,
    counts,
    notices: await noticesOf(store, alert, history, now),
    chart: charted && { ...charted, period },
  };
}
