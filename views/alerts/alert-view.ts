import type { NoticeSent } from "../../src/alerts/notices-sent.ts";
import type { ToldAlert } from "../../src/alerts/told-alerts.ts";
import type { AlertHistoryEntry } from "../../src/store/alerts.ts";
import type { Site } from "../site.ts";
import type { FilledIn } from "./alert-actions.tsx";
import type { AlertCharted } from "./alert-chart.tsx";

export type AlertView = {
  readonly site: Site;
  readonly alert: ToldAlert;
  readonly history: readonly AlertHistoryEntry[];
  /** What the lists count now that the alert's numbers lead to; see `currentCounts`. */
  readonly counts: ReadonlyMap<string, string>;
  readonly notices: readonly NoticeSent[];
  /** Undefined for what isn't about messages. */
  readonly chart: AlertCharted | undefined;
  /** What was filled in, and why nothing was done. */
  readonly filledIn: FilledIn | undefined;
  readonly now: number;
};
