import type {
  Alert,
  AlertChange,
  AlertEvent,
  AlertFacts,
  AlertRule,
  AlertState,
  Measured,
} from "../store/alerts.ts";
import type { Notice } from "./notice.ts";
import { KINDS } from "./rules/kinds.ts";
import { SNOOZE_DAYS_MAX } from "./snooze.ts";
import { DAY_MS, type Finding, type Moment } from "./rules/rule.ts";

/*
 * The states of an alert: pending, firing, acknowledged or snoozed, resolved. Everything here
 * is a function of the alert, what its rule found, and the moment; nothing else is remembered.
 */

/** A firing alert that nobody acknowledged reminds after this time, again and again. */
export const REMINDER_MS = DAY_MS;

/** What became known about an alert at one moment. */
export type Known =
  /** The rule found this. */
  | { readonly finding: Finding; readonly rule: AlertRule }
  /** It's over, and why; "" if its condition simply ended. */
  | { readonly over: string }
  /** Its rule couldn't tell. */
  | "nothing";

/** The next state of an alert, and what to tell about it. */
export type Transition = Omit<AlertChange, "notices"> & {
  readonly notice: Notice["kind"] | undefined;
};

export function isOpen(state: AlertState): boolean {
  return state === "firing" || state === "acknowledged" || state === "snoozed";
}

/**
 * Returns what happens to an alert: a transition, also if only its numbers changed; `drop` for
 * a pending one whose condition ended; undefined for nothing. A pending alert that `mayFire`
 * isn't true of waits: another alert has the same cause.
 */
export function nextState(
  alert: Alert,
  known: Known,
  moment: Moment,
  mayFire = true,
): Transition | "drop" | undefined {
  if (alert.state === "pending")
    return pendingNext(alert, known, moment, mayFire);
  if (known !== "nothing" && ("over" in known || known.finding.isClear))
    return resolved(alert, known, moment.at);
  const measured =
    known === "nothing" || "over" in known
      ? alert
      : { ...alert, facts: factsAfter(alert.facts, known, moment.at) };
  return openNext(measured, moment.at, known !== "nothing");
}

function pendingNext(
  alert: Alert,
  known: Known,
  moment: Moment,
  mayFire: boolean,
): Transition | "drop" | undefined {
  if (known === "nothing") return undefined;
  if ("over" in known || !known.finding.isMet) return "drop";
  if (!mayFire || !isSustained(alert, known.rule, moment)) return undefined;
  const { at } = moment;
  const facts = factsAfter(alert.facts, known, at);
  return {
    ...changeOf(alert),
    state: "firing",
    severity: known.rule.severity,
    firedAt: at,
    toldKind: "firing",
    toldAt: at,
    facts: { ...facts, atFiring: facts.now, peak: facts.now },
    entries: [entry(at, "fired")],
    notice: "firing",
  };
}

/**
 * Reports whether a pending alert's condition was met for long enough while the server ran.
 * Since a later time, which is of a clock that was ahead, it was met before that was set back.
 */
export function isSustained(
  { since }: Pick<Alert, "since">,
  { kind, settings }: Pick<AlertRule, "kind" | "settings">,
  moment: Moment,
): boolean {
  const isOfClockAhead = since > moment.at;
  return (
    isOfClockAhead || moment.since(KINDS[kind].sustainedMs(settings)) >= since
  );
}

function openNext(
  alert: Alert,
  at: number,
  isMeasured: boolean,
): Transition | undefined {
  const { state, toldKind, toldAt, snoozedUntil } = alert;
  if (state === "snoozed" && isSnoozeOver(snoozedUntil ?? at, at))
    return {
      ...changeOf(alert),
      state: "firing",
      snoozedUntil: null,
      toldKind: "reminder",
      toldAt: at,
      entries: [entry(at, "reopened"), entry(at, "reminded")],
      notice: "reminder",
    };
  if (state === "firing" && toldAt !== null && isDue(at, toldAt))
    return {
      ...changeOf(alert),
      toldKind: "reminder",
      toldAt: at,
      entries: [entry(at, "reminded")],
      notice: "reminder",
    };
  const isHandled = state === "acknowledged" || state === "snoozed";
  if (isHandled && toldKind !== "acknowledged")
    return {
      ...changeOf(alert),
      toldKind: "acknowledged",
      toldAt: at,
      entries: [],
      notice: "acknowledged",
    };
  return isMeasured
    ? { ...changeOf(alert), entries: [], notice: undefined }
    : undefined;
}

/** Nobody can snooze for so long: a snooze that ends later began while the clock was ahead. */
const SNOOZE_MAX_MS = (SNOOZE_DAYS_MAX + 1) * DAY_MS;

function isSnoozeOver(until: number, at: number): boolean {
  return until <= at || until > at + SNOOZE_MAX_MS;
}

/** A clock that was set back doesn't put reminders off. */
function isDue(at: number, toldAt: number): boolean {
  return Math.abs(at - toldAt) >= REMINDER_MS;
}

function resolved(
  alert: Alert,
  known: Exclude<Known, "nothing">,
  at: number,
): Transition {
  const facts =
    "over" in known ? alert.facts : factsAfter(alert.facts, known, at);
  return {
    ...changeOf(alert),
    state: "resolved",
    resolvedAt: at,
    snoozedUntil: null,
    toldKind: "resolved",
    toldAt: at,
    facts,
    entries: [entry(at, "resolved", "over" in known ? known.over : "")],
    notice: "resolved",
  };
}

function factsAfter(
  before: AlertFacts,
  { finding, rule }: { readonly finding: Finding; readonly rule: AlertRule },
  at: number,
): AlertFacts {
  const now: Measured = { ...finding.measured, badness: finding.badness };
  const worst = Number(before.peak["badness"] ?? 0);
  return {
    ...before,
    filter: rule.filter,
    settings: rule.settings,
    channelIds: rule.channelIds,
    measuredAt: at,
    now,
    peak: finding.badness >= worst ? now : before.peak,
  };
}

function changeOf(alert: Alert): Omit<AlertChange, "entries" | "notices"> {
  const { id, version, state, severity, firedAt, resolvedAt } = alert;
  const { snoozedUntil, toldKind, toldAt, facts } = alert;
  return {
    id,
    version,
    state,
    severity,
    firedAt,
    resolvedAt,
    snoozedUntil,
    toldKind,
    toldAt,
    facts,
  };
}

function entry(at: number, what: AlertEvent, note = "") {
  return { at, what, by: "server", note };
}
