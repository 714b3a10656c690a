import type { Alert } from "../store/alerts.ts";
import {
  byRank,
  coveredBy,
  isMoreUrgent,
  TYPICAL_MAX,
  type Candidate,
} from "./grouping.ts";
import type { Moment } from "./rules/rule.ts";
import { isOpen, isSustained, type Known } from "./states.ts";

export type Groups = {
  /** Pending alerts that fire once they're sustained. */
  readonly mayFire: ReadonlySet<number>;
  /** Alerts that are over, as a more urgent one has their cause. */
  readonly overOf: ReadonlyMap<number, Known>;
  /** What alerts stand for beside themselves. */
  readonly included: ReadonlyMap<number, readonly Candidate[]>;
};

type Standing = Candidate & { readonly isStanding: boolean };

/**
 * Decides which alerts fire, and which others they stand for. `readResolved` returns the alerts
 * that were resolved last.
 */
export async function groupsOf(
  alerts: readonly Alert[],
  known: ReadonlyMap<number, Known>,
  moment: Moment,
  readResolved: () => Promise<readonly Alert[]>,
): Promise<Groups> {
  const candidates = alerts.flatMap((alert) =>
    candidateOf(alert, known.get(alert.id) ?? "nothing", moment),
  );
  const isAnyNew = candidates.some(({ isStanding }) => !isStanding);
  const ending = alerts
    .filter((each) => isEnding(each, known.get(each.id) ?? "nothing"))
    .map((each) => ({ ...each, resolvedAt: moment.at }));
  const recent = isAnyNew
    ? [...ending, ...(await readResolved())].map(resolvedCandidate)
    : [];
  const standing: Candidate[] = candidates.filter((each) => each.isStanding);
  const mayFire = new Set<number>();
  const included = new Map<number, Candidate[]>();
  const include = (wide: Candidate, narrow: Candidate): void => {
    included.set(wide.id, [...(included.get(wide.id) ?? []), narrow]);
  };
  for (const candidate of candidates.toSorted(byRank)) {
    if (candidate.isStanding) continue;
    const wide = coveredBy(candidate, standing);
    if (wide !== undefined) include(wide, candidate);
    else if (!isAftermath(candidate, recent)) {
      mayFire.add(candidate.id);
      standing.push(candidate);
    }
  }
  const overOf = new Map<number, Known>();
  for (const each of standing) {
    if (mayFire.has(each.id)) continue;
    const wide = coveredBy(each, standing, TYPICAL_MAX.open);
    if (wide === undefined || !isMoreUrgent(wide, each)) continue;
    include(wide, each);
    overOf.set(each.id, { over: `It’s part of “${wide.ruleName}” now.` });
  }
  return { mayFire, overOf, included };
}

/** An alert that is open, or that can fire now. */
function candidateOf(alert: Alert, known: Known, moment: Moment): Standing[] {
  if (known === "nothing")
    // It stands for what it stood for, until its rule can tell again.
    return isOpen(alert.state)
      ? [
          {
            ...alert,
            measured: alert.facts.now,
            rule: alert.facts,
            isStanding: true,
          },
        ]
      : [];
  if ("over" in known) return [];
  const { rule, finding } = known;
  const isStanding = isOpen(alert.state) && !finding.isClear;
  const isReady =
    alert.state === "pending" &&
    finding.isMet &&
    isSustained(alert, rule, moment);
  if (!isStanding && !isReady) return [];
  const severity = isStanding ? alert.severity : rule.severity;
  const { measured } = finding;
  return [{ ...alert, severity, measured, rule, isStanding }];
}

/** Reports whether an open alert is resolved by this evaluation. */
function isEnding({ state }: Alert, known: Known): boolean {
  if (known === "nothing" || !isOpen(state)) return false;
  return "over" in known || known.finding.isClear;
}

type Resolved = Candidate & Pick<Alert, "resolvedAt" | "ruleId">;

function resolvedCandidate(alert: Alert): Resolved {
  return { ...alert, measured: alert.facts.peak, rule: alert.facts };
}

/**
 * Reports whether a rule still measures the failures of an alert that is over: it looks
 * further back, and would tell of the same flood again.
 */
function isAftermath(
  candidate: Candidate,
  recent: readonly Resolved[],
): boolean {
  const { ruleName, key, measured } = candidate;
  const since = Number(measured["from"] ?? 0);
  return (
    coveredBy(
      candidate,
      recent.filter(
        (each) =>
          (each.resolvedAt ?? 0) > since &&
          (each.ruleName !== ruleName || each.key !== key),
      ),
    ) !== undefined
  );
}
