import type { AlertChannel } from "../store/alert-channels.ts";
import type {
  Alert,
  AlertChange,
  AlertFacts,
  AlertRule,
  AlertStore,
  EvaluatorRecord,
  OutgoingNotice,
} from "../store/alerts.ts";
import { StoreUnavailable } from "../store/store.ts";
import { subjectNames } from "./alert-story.ts";
import { composeNotice, type NoticeWishes } from "./compose.ts";
import { groupsOf, type Groups } from "./groups.ts";
import { newAlert } from "./new-alert.ts";
import type { Notice } from "./notice.ts";
import { afterEvaluation, wasSetBack } from "./operation.ts";
import { routesOf } from "./routing.ts";
import { KINDS } from "./rules/kinds.ts";
import { MINUTE_MS, Moment, type Findings, type Ledger } from "./rules/rule.ts";
import {
  isOpen,
  isSustained,
  nextState,
  type Known,
  type Transition,
} from "./states.ts";

export type Evaluation = Pick<NoticeWishes, "urls" | "publicUrl"> & {
  readonly store: Ledger & { readonly alerts: AlertStore };
  /** How senders are called in notices: masked if the pages mask them. */
  readonly addressById: Ledger["addressById"];
  /** Called with an error in one rule; the other rules are evaluated all the same. */
  readonly onMistake: (error: unknown, rule: AlertRule) => void;
};

/** How many of the alerts that were resolved last can still stand for others. */
const RECENT_MAX = 20;
/** More findings aren't explained in one evaluation. */
const EXPLAINED_MAX = 20;

/**
 * Evaluates all rules at the end of the latest whole minute, once: the same minute again
 * changes nothing. Rejects with StoreUnavailable, and then nothing is lost: the next
 * evaluation finds what this one would have.
 */
export async function evaluate(
  evaluation: Evaluation,
  now: number,
  isStart: boolean,
): Promise<void> {
  const { alerts } = evaluation.store;
  const at = Math.floor(now / MINUTE_MS) * MINUTE_MS;
  const before = await alerts.evaluatorRecord();
  if (before && at <= before.ranAt && !wasSetBack(before, at)) return;
  const record = afterEvaluation(before, at, isStart);
  const judged = await judgeAll(evaluation, new Moment(at, record));
  const pending = await addPending(alerts, judged, at);
  const step = await stepOf(evaluation, judged, pending, record);
  await alerts.advance(step);
}

/** A rule with what it found; undefined if it couldn't tell. */
type Judged = {
  readonly rule: AlertRule;
  readonly findings: Findings | undefined;
};
type Judgement = {
  readonly moment: Moment;
  readonly rules: ReadonlyMap<number, Judged>;
  readonly mutedKeys: ReadonlySet<string>;
};

async function judgeAll(
  { store, onMistake }: Evaluation,
  moment: Moment,
): Promise<Judgement> {
  const [rules, muted] = await Promise.all([
    store.alerts.rules(),
    store.alerts.mutedCodes(),
  ]);
  const { at, record } = moment;
  const judged = new Map<number, Judged>();
  for (const rule of rules) {
    if (!rule.isOn) continue;
    let findings: Findings | undefined;
    try {
      const moments = { from: at, to: at, record };
      const prepared = await KINDS[rule.kind].prepare(store, rule, moments);
      findings = prepared.findingsAt(moment);
    } catch (error) {
      if (error instanceof StoreUnavailable) throw error;
      onMistake(error, rule);
    }
    judged.set(rule.id, { rule, findings });
  }
  const mutedKeys = new Set(muted.map(({ errorCode }) => `code:${errorCode}`));
  return { moment, rules: judged, mutedKeys };
}

/** Adds what is newly met, and returns all alerts that aren't resolved. */
async function addPending(
  alerts: AlertStore,
  { rules, mutedKeys }: Judgement,
  at: number,
): Promise<readonly Alert[]> {
  const known = await alerts.open();
  const isKnown = new Set(known.map(({ ruleId, key }) => `${ruleId} ${key}`));
  const added = [...rules.values()].flatMap(({ rule, findings }) =>
    (findings?.found ?? [])
      .filter(
        ({ isMet, key }) =>
          isMet && !mutedKeys.has(key) && !isKnown.has(`${rule.id} ${key}`),
      )
      // A rule's alerts are limited.
      .toSorted((one, other) => other.badness - one.badness)
      .map((finding) => newAlert(rule, finding, at)),
  );
  if (added.length === 0) return known;
  await alerts.addPending(added);
  return alerts.open();
}

async function stepOf(
  evaluation: Evaluation,
  judgement: Judgement,
  alerts: readonly Alert[],
  record: EvaluatorRecord,
) {
  const known = await explained(evaluation, judgement, alerts);
  const groups = await groupsOf(alerts, known, judgement.moment, () =>
    evaluation.store.alerts.list({ size: RECENT_MAX, states: ["resolved"] }),
  );
  const dropped: Alert[] = [];
  const transitions: { alert: Alert; transition: Transition }[] = [];
  for (const alert of alerts) {
    const about =
      groups.overOf.get(alert.id) ?? known.get(alert.id) ?? "nothing";
    const mayFire = groups.mayFire.has(alert.id);
    const next = nextState(alert, about, judgement.moment, mayFire);
    if (next === "drop") dropped.push(alert);
    else if (next !== undefined)
      transitions.push({
        alert,
        transition: withIncluded(next, groups, alert.id),
      });
  }
  return {
    record,
    dropped,
    changes: await changesOf(evaluation, judgement, transitions),
  };
}

/** What is known about each alert, with its cause. */
async function explained(
  { store, onMistake }: Evaluation,
  { rules, mutedKeys, moment }: Judgement,
  alerts: readonly Alert[],
): Promise<ReadonlyMap<number, Known>> {
  const all = new Map<number, Known>();
  let left = EXPLAINED_MAX;
  for (const alert of alerts) {
    const known = knownOf(alert, rules.get(alert.ruleId ?? 0), mutedKeys);
    all.set(alert.id, known);
    if (known === "nothing" || "over" in known || known.finding.isClear)
      continue;
    const { finding, rule } = known;
    const { explain } = KINDS[rule.kind];
    const isWanted = isOpen(alert.state) || isSustained(alert, rule, moment);
    if (explain === undefined || !isWanted || left-- <= 0) continue;
    try {
      const cause = await explain(store, rule, finding);
      const measured = { ...finding.measured, ...cause };
      all.set(alert.id, { rule, finding: { ...finding, measured } });
    } catch (error) {
      if (error instanceof StoreUnavailable) throw error;
      onMistake(error, rule);
    }
  }
  return all;
}

function knownOf(
  { key, ruleKind }: Alert,
  judged: Judged | undefined,
  mutedKeys: ReadonlySet<string>,
): Known {
  if (judged === undefined)
    return { over: "The rule was turned off or removed." };
  if (ruleKind === "new-code" && mutedKeys.has(key))
    return { over: "The error code was muted." };
  const { rule, findings } = judged;
  if (findings === undefined) return "nothing";
  const finding = findings.found.find((each) => each.key === key);
  if (finding !== undefined) return { rule, finding };
  return findings.isWhole ? { over: "" } : "nothing";
}

function withIncluded(
  transition: Transition,
  { included }: Groups,
  alertId: number,
): Transition {
  const includes = (included.get(alertId) ?? []).map(
    ({ ruleKind, ruleName, key }) => ({ ruleKind, ruleName, key }),
  );
  return transition.state === "resolved"
    ? transition
    : { ...transition, facts: { ...transition.facts, includes } };
}

async function changesOf(
  evaluation: Evaluation,
  { moment }: Judgement,
  transitions: readonly {
    readonly alert: Alert;
    readonly transition: Transition;
  }[],
): Promise<AlertChange[]> {
  const told = transitions.filter(({ transition }) => transition.notice);
  const keys = told.flatMap(({ alert, transition }) => [
    alert.key,
    ...transition.facts.includes.map(({ key }) => key),
  ]);
  const channels =
    told.length === 0 ? [] : await evaluation.store.alertChannels.list();
  const names = await subjectNames(evaluation, keys);
  return transitions.map(
    ({ alert, transition: { notice: kind, ...change } }) => {
      if (kind === undefined || kind === "test")
        return { ...change, notices: [] };
      const after = { ...alert, ...change };
      const wishes = { ...evaluation, names };
      const notice = composeNotice(kind, after, moment.at, wishes);
      return { ...change, notices: outgoing(notice, after.facts, channels) };
    },
  );
}

function outgoing(
  notice: Notice,
  facts: AlertFacts,
  channels: readonly AlertChannel[],
): OutgoingNotice[] {
  const text = JSON.stringify(notice);
  return routesOf(notice, facts, channels).map((route) => ({
    ...route,
    notice: text,
  }));
}
