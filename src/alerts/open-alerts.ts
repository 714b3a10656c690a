import {
  OPEN_OF_RULE_MAX,
  type Alert,
  type AlertRule,
  type AlertStore,
} from "../store/alerts.ts";
import type { Reading } from "../store/store.ts";
import { told, type ToldAlert } from "./told-alerts.ts";

type OpenAlertsStore = Pick<Reading, "addressById"> & {
  readonly alerts: Pick<AlertStore, "open">;
};

/** How long what was read counts as current: a page may be that late. */
const CURRENT_MS = 2_000;

/**
 * The open alerts, for the part of every page that shows them. They're read when a page
 * is requested, at most every two seconds however many pages there are.
 */
export class OpenAlerts {
  readonly #store: OpenAlertsStore;
  readonly #onFailure: (error: unknown) => void;
  #latest: readonly ToldAlert[] = [];
  #reading: Promise<void> | undefined;
  /** By a clock that nobody sets. */
  #readAt = -Infinity;

  constructor(store: OpenAlertsStore, onFailure: (error: unknown) => void) {
    this.#store = store;
    this.#onFailure = onFailure;
  }

  /** Those that were firing, acknowledged or snoozed when they were last read, most urgent first. */
  get latest(): readonly ToldAlert[] {
    return this.#latest;
  }

  /** Reads them, unless that was just done. If the store can't, the latest ones stay. */
  refresh(): Promise<void> {
    if (performance.now() - this.#readAt < CURRENT_MS) return Promise.resolve();
    this.#reading ??= this.#read();
    return this.#reading;
  }

  /** Resolves to the mark of those that are open now; a page may be two seconds late. */
  async mark(): Promise<string> {
    await this.refresh();
    return alertsMark(this.#latest);
  }

  /** Makes the next page read them: one of them was changed. */
  forget(): void {
    this.#readAt = -Infinity;
  }

  async #read(): Promise<void> {
    const readAt = performance.now();
    try {
      const open = await this.#store.alerts.open();
      this.#latest = await told(this.#store, openInOrder(open));
    } catch (error) {
      this.#onFailure(error);
    }
    this.#readAt = readAt;
    this.#reading = undefined;
  }
}

/** Returns a text that differs when other alerts are open, or one of them is in another state. */
export function alertsMark(open: readonly Alert[]): string {
  const states = open.map(({ id, state }) => `${id}${state}`);
  return Bun.hash(states.join()).toString(36);
}

const URGENCY = { critical: 0, warning: 1, info: 2 } as const;
/** Those that someone has to look at come before those that someone has. */
const ATTENTION = {
  firing: 0,
  acknowledged: 1,
  snoozed: 2,
  pending: 3,
  resolved: 4,
} as const;

/** Returns the alerts that are open, the most urgent first, and the newest of those first. */
export function openInOrder(alerts: readonly Alert[]): readonly Alert[] {
  return alerts
    .filter(({ state }) => state !== "pending" && state !== "resolved")
    .toSorted(
      (a, b) =>
        URGENCY[a.severity] - URGENCY[b.severity] ||
        ATTENTION[a.state] - ATTENTION[b.state] ||
        b.id - a.id,
    );
}

/** Returns the rules that raise no more alerts before some of theirs are over. */
export function fullRules(
  rules: readonly AlertRule[],
  unresolved: readonly Alert[],
): readonly AlertRule[] {
  const byRule = Map.groupBy(unresolved, ({ ruleId }) => ruleId);
  return rules.filter(
    ({ id }) => (byRule.get(id)?.length ?? 0) >= OPEN_OF_RULE_MAX,
  );
}

/** Returns those that every page tells of: critical, and not snoozed. */
export function bannerAlerts<A extends Alert>(
  open: readonly A[],
): readonly A[] {
  return open.filter(
    ({ severity, state }) => severity === "critical" && state !== "snoozed",
  );
}
