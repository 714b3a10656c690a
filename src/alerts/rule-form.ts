import {
  ALERT_SEVERITIES,
  RULE_NAME_MAX,
  RULES_MAX,
  type AlertRule,
  type AlertSeverity,
  type NewAlertRule,
  type RuleKind,
  type RuleRefusal,
} from "../store/alerts.ts";
import type { AlertChannel } from "../store/alert-channels.ts";
import {
  filterText,
  parseFilter,
  termPair,
} from "../messages/filter-language.ts";
import { nameMistake } from "../words/name-mistake.ts";
import { KINDS, readRuleSettings } from "./rules/kinds.ts";
import { filterMistakes, OWN_FIELDS } from "./rules/scope.ts";

/** The form of a rule, as it was filled in. */
export type RuleForm = {
  readonly kind: RuleKind;
  readonly name: string;
  /** In the filter language. */
  readonly q: string;
  /** By field. */
  readonly settings: Readonly<Record<string, string>>;
  readonly severity: AlertSeverity;
  /** Null for all that take its severity. */
  readonly channelIds: readonly number[] | null;
  readonly isOn: boolean;
  /** What is wrong, in sentences. */
  readonly mistakes: readonly string[];
};

/** Returns a list's filter as a new rule can have it, without statuses and times; one that can't be read stays as it is. */
export function filterForRule(q: string, now: number): string {
  const { terms, mistakes } = parseFilter(q, now);
  if (mistakes.length > 0) return q;
  return filterText(
    terms
      .filter(({ name }) => name === undefined || !OWN_FIELDS.includes(name))
      .map(termPair),
  );
}

/** Returns the form for a new rule of a kind, with its defaults. */
export function newRuleForm(kind: RuleKind, q: string): RuleForm {
  return {
    kind,
    name: "",
    q: KINDS[kind].takesFilter ? q : "",
    settings: Object.fromEntries(
      KINDS[kind].fields.map(({ name, default: value }) => [
        name,
        String(value),
      ]),
    ),
    severity: "warning",
    channelIds: null,
    isOn: true,
    mistakes: [],
  };
}

/** Returns the form that shows a rule. */
export function formOfRule(rule: AlertRule): RuleForm {
  const { kind, name, filter, settings, severity, channelIds, isOn } = rule;
  return {
    ...newRuleForm(kind, filter),
    name,
    settings: {
      ...newRuleForm(kind, "").settings,
      ...Object.fromEntries(
        Object.entries(settings).map(([each, value]) => [each, String(value)]),
      ),
    },
    severity,
    channelIds,
    isOn,
  };
}

/** Reads a posted form; `field` returns what was posted under a name. Without mistakes, there's a rule. */
export function readRuleForm(
  kind: RuleKind,
  field: (name: string) => string,
  channels: readonly AlertChannel[],
  now: number,
): { readonly form: RuleForm; readonly rule: NewAlertRule | undefined } {
  const { fields, takesFilter } = KINDS[kind];
  const name = field("name").trim();
  const q = takesFilter ? field("q").trim() : "";
  const given = Object.fromEntries(
    fields.map((each) => [each.name, field(`set-${each.name}`).trim()]),
  );
  const severity =
    ALERT_SEVERITIES.find((each) => each === field("severity")) ?? "warning";
  const chosen = channels
    .filter(({ id }) => field(`channel-${id}`) !== "")
    .map(({ id }) => id);
  const isByName = field("notify") === "channels";
  const read = readRuleSettings(kind, given);
  const ofName = nameMistake("rule", name, RULE_NAME_MAX);
  const mistakes = [
    ...(ofName === undefined ? [] : [ofName]),
    ...(q === "" ? [] : filterMistakes(q, now)),
    ...read.mistakes,
    ...(isByName && chosen.length === 0
      ? ["Choose at least one channel, or all that take the severity."]
      : []),
  ];
  const shared = {
    kind,
    name,
    severity,
    channelIds: isByName ? chosen : null,
    isOn: field("on") !== "",
  };
  return {
    form: { ...shared, q, settings: given, mistakes },
    rule:
      mistakes.length > 0
        ? undefined
        : { ...shared, filter: q, settings: read.settings },
  };
}

/** Returns the rule of a form for a preview, which needs neither a name nor channels; undefined if its condition is wrong. */
export function previewOf(
  { kind, name, q, settings, severity }: RuleForm,
  now: number,
): NewAlertRule | undefined {
  const read = readRuleSettings(kind, settings);
  if (read.mistakes.length > 0) return undefined;
  if (q !== "" && filterMistakes(q, now).length > 0) return undefined;
  return {
    kind,
    name,
    severity,
    filter: q,
    settings: read.settings,
    isOn: true,
    channelIds: null,
  };
}

/** Why a rule wasn't added or changed, as a sentence. */
export const RULE_REFUSALS: Record<RuleRefusal, string> = {
  "name taken":
    "Another rule has this name. Choose another, so that people can tell them apart.",
  "too many": `There are already ${RULES_MAX} rules, the maximum. Remove one that you don’t need.`,
  "no such rule": "This rule was removed meanwhile.",
};
