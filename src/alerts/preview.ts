import type {
  Alert,
  AlertRule,
  NewAlert,
  NewAlertRule,
} from "../store/alerts.ts";
import type { AlertStore } from "../store/alerts.ts";
import type { TimeRange } from "../time/time-range.ts";
import { minuteWords } from "../words/times.ts";
import { newAlert } from "./new-alert.ts";
import { KINDS } from "./rules/kinds.ts";
import {
  DAY_MS,
  MINUTE_MS,
  Moment,
  type Ledger,
  type PreparedRule,
} from "./rules/rule.ts";
import { nextState } from "./states.ts";

/** How far back a preview looks. */
export const PREVIEW_MS = 30 * DAY_MS;
/** More times aren't listed. */
export const PREVIEW_FIRED_MAX = 100;
/** Moments that are evaluated before other work of the thread has its turn. */
const MOMENTS_AT_ONCE = 250;

/** When a rule would have fired. */
export type Preview = {
  readonly range: TimeRange;
  /** Oldest first, at most `PREVIEW_FIRED_MAX`. `until` is null if it would still fire. */
  readonly fired: readonly {
    readonly key: string;
    readonly from: number;
    readonly until: number | null;
    readonly facts: Alert["facts"];
  }[];
  readonly isMore: boolean;
  /** How exact it is, in sentences. */
  readonly exactness: readonly string[];
};

/**
 * Finds when a rule would have fired in the last 30 days, by the rule's own code, on what the
 * ledger knows today. Undefined for rules about smsledger itself, whose past isn't kept.
 */
export async function previewRule(
  ledger: Ledger & { readonly alerts: Pick<AlertStore, "evaluatorRecord"> },
  given: NewAlertRule,
  now: number,
): Promise<Preview | undefined> {
  const kind = KINDS[given.kind];
  if (!kind.takesFilter) return undefined;
  const to = Math.floor(now / MINUTE_MS) * MINUTE_MS;
  const from = to - PREVIEW_MS;
  const known = await ledger.alerts.evaluatorRecord();
  // Before the first evaluation, the server is taken to have run.
  const gaps = (known?.gaps ?? []).filter((gap) => gap.from > 0);
  const record = { ranAt: to, startedAt: 0, gaps };
  const prepared = await kind.prepare(ledger, given, { from, to, record });
  const rule: AlertRule = {
    ...given,
    id: 0,
    createdBy: "",
    createdAt: 0,
    changedBy: null,
    changedAt: null,
  };
  const fired = await firedIn(
    { from, to },
    prepared,
    rule,
    (at) => new Moment(at, record),
  );
  return {
    range: { from, to },
    fired: fired.toSorted((a, b) => a.from - b.from).slice(-PREVIEW_FIRED_MAX),
    isMore: fired.length > PREVIEW_FIRED_MAX,
    exactness: exactnessOf(prepared, given),
  };
}

async function firedIn(
  { from, to }: TimeRange,
  prepared: PreparedRule,
  rule: AlertRule,
  momentAt: (at: number) => Moment,
): Promise<Preview["fired"][number][]> {
  const { stepMs, knownSince } = prepared;
  const fired: Preview["fired"][number][] = [];
  const alerts = new Map<string, Alert>();
  let left = MOMENTS_AT_ONCE;
  const begin = Math.max(from, knownSince ?? from);
  for (let at = Math.ceil(begin / stepMs) * stepMs; at <= to; at += stepMs) {
    if (left-- === 0) {
      left = MOMENTS_AT_ONCE;
      await Bun.sleep(0);
    }
    const moment = momentAt(at);
    const { found } = prepared.findingsAt(moment);
    const findings = new Map(found.map((each) => [each.key, each]));
    for (const [key, finding] of findings)
      if (finding.isMet && !alerts.has(key)) {
        // Within an hour, nobody knows for how long.
        const since = stepMs > MINUTE_MS ? at - stepMs : at;
        alerts.set(key, alertOf(newAlert(rule, finding, since)));
      }
    for (const [key, alert] of alerts) {
      const finding = findings.get(key);
      const about = finding ? { rule, finding } : { over: "" };
      const next = nextState(alert, about, moment);
      if (next === "drop") alerts.delete(key);
      else if (next?.state === "resolved") {
        fired.push(spanOf({ ...alert, ...next }));
        alerts.delete(key);
      } else if (next !== undefined) alerts.set(key, { ...alert, ...next });
    }
  }
  for (const alert of alerts.values())
    if (alert.state !== "pending") fired.push(spanOf(alert));
  return fired;
}

function spanOf({ key, firedAt, since, resolvedAt, facts }: Alert) {
  return { key, from: firedAt ?? since, until: resolvedAt, facts };
}

function alertOf(alert: NewAlert): Alert {
  return {
    ...alert,
    id: 0,
    state: "pending",
    version: 0,
    firedAt: null,
    resolvedAt: null,
    by: null,
    note: null,
    snoozedUntil: null,
    toldKind: null,
    toldAt: null,
  };
}

function exactnessOf(
  { stepMs, knownSince, isSample }: PreparedRule,
  { kind }: NewAlertRule,
): string[] {
  const since =
    knownSince === undefined
      ? []
      : [`It begins ${minuteWords(knownSince)} UTC.`];
  const statuses =
    kind === "failure-rate" || kind === "stuck"
      ? ["Messages count with the status they have today."]
      : [];
  if (isSample)
    return [
      "smsledger doesn’t keep counts for this filter, so only the newest matching messages were checked.",
      ...since,
      ...statuses,
    ];
  return [
    stepMs === MINUTE_MS
      ? "Checked for each minute."
      : "Checked for each hour, as counts for this filter are kept by the hour. The rule itself runs every minute, so it may fire earlier, or more often.",
    ...since,
    ...statuses,
  ];
}
