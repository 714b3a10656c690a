import type {
  Alert,
  AlertRule,
  AlertSeverity,
  AlertSubject,
  Measured,
} from "../store/alerts.ts";
import { eachOf } from "./rules/failure-rate.ts";
import type { Each } from "./rules/scope.ts";

/*
 * One alert for a flood with one cause. Rules about failures can all be met by the same
 * failures: the rate of all messages, of one sender, to one country, and a new error code.
 * They have the same cause if most of their failures have the same error code; or, without
 * one, if one of them is most of all failures, or a part that fails about as often as the whole.
 */

/** An alert, or one that is about to fire. */
export type Candidate = Pick<Alert, "id" | "severity" | keyof AlertSubject> & {
  readonly measured: Measured;
  readonly rule: Pick<AlertRule, "settings" | "filter">;
};

const URGENCY: Record<AlertSeverity, number> = {
  critical: 2,
  warning: 1,
  info: 0,
};
/** How much each kind of failure alert says. */
const WIDTH: Record<Each, number> = {
  all: 5,
  service: 4,
  channel: 3,
  country: 2,
  sender: 1,
};

/**
 * A part that fails this many times as often as the whole has a cause of its own. Once it has
 * an alert, that's over at a lower limit, so that it doesn't come and go.
 */
export const TYPICAL_MAX = { ready: 1.5, open: 1.2 };

/** Sorts the most urgent and widest first: the others may be part of these. */
export function byRank(a: Candidate, b: Candidate): number {
  return (
    URGENCY[b.severity] - URGENCY[a.severity] ||
    widthOf(b) - widthOf(a) ||
    a.id - b.id
  );
}

/** Returns which of these alerts has the cause of another, and is at least as urgent. */
export function coveredBy(
  candidate: Candidate,
  standing: readonly Candidate[],
  typicalMax = TYPICAL_MAX.ready,
): Candidate | undefined {
  return standing.find(
    (each) =>
      each.id !== candidate.id &&
      URGENCY[each.severity] >= URGENCY[candidate.severity] &&
      haveOneCause(each, candidate, typicalMax),
  );
}

/** Reports whether an alert is more urgent than another. */
export function isMoreUrgent(a: Candidate, b: Candidate): boolean {
  return URGENCY[a.severity] > URGENCY[b.severity];
}

function haveOneCause(
  wide: Candidate,
  narrow: Candidate,
  typicalMax: number,
): boolean {
  if (!isAboutFailures(wide) || !isAboutFailures(narrow)) return false;
  const [code, other] = [codeOf(wide), codeOf(narrow)];
  if (code !== undefined && other !== undefined) return code === other;
  return (
    wide.ruleKind === "failure-rate" &&
    widthOf(wide) === WIDTH.all &&
    wide.rule.filter === "" &&
    (failuresOf(narrow) * 2 >= failuresOf(wide) ||
      isTypical(narrow, wide, typicalMax))
  );
}

/** Reports whether a sender, a country… fails about as often as all messages do. */
function isTypical(
  part: Candidate,
  whole: Candidate,
  typicalMax: number,
): boolean {
  return (
    part.ruleKind === "failure-rate" &&
    part.rule.filter === "" &&
    shareOf(part) < shareOf(whole) * typicalMax
  );
}

function shareOf({ measured }: Candidate): number {
  return Number(measured["failed"]) / Number(measured["finished"]);
}

function isAboutFailures({ ruleKind }: Candidate): boolean {
  return ruleKind === "failure-rate" || ruleKind === "new-code";
}

function widthOf({ ruleKind, rule }: Candidate): number {
  return ruleKind === "failure-rate" ? WIDTH[eachOf(rule.settings)] : 0;
}

function codeOf({ measured }: Candidate): number | undefined {
  const code = measured["code"];
  return typeof code === "number" && code !== 0 ? code : undefined;
}

function failuresOf({ measured }: Candidate): number {
  return Number(measured["failed"] ?? measured["messages"] ?? 0);
}
