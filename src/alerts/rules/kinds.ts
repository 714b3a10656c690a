import {
  RULE_KINDS,
  type RuleKind,
  type RuleSettings,
} from "../../store/alerts.ts";
import { backup } from "./backup.ts";
import { disk } from "./disk.ts";
import { failureRate } from "./failure-rate.ts";
import { forwarding } from "./forwarding.ts";
import { missed } from "./missed.ts";
import { newCode } from "./new-code.ts";
import { recording } from "./recording.ts";
import { refused } from "./refused.ts";
import type { RuleField, RuleKindDefinition } from "./rule.ts";
import { silence } from "./silence.ts";
import { stuck } from "./stuck.ts";

export const KINDS: Readonly<Record<RuleKind, RuleKindDefinition>> = {
  "failure-rate": failureRate,
  "new-code": newCode,
  silence,
  stuck,
  refused,
  forwarding,
  backup,
  disk,
  recording,
  missed,
};

export function isRuleKind(text: string): text is RuleKind {
  return RULE_KINDS.some((kind) => kind === text);
}

export type SettingsRead = {
  readonly settings: RuleSettings;
  /** Sentences; they don't repeat any input. */
  readonly mistakes: readonly string[];
};

/** Reads a rule's settings from a form or a command; a missing or empty one is the default. */
export function readRuleSettings(
  kind: RuleKind,
  given: Readonly<Record<string, string | undefined>>,
): SettingsRead {
  const { fields, check } = KINDS[kind];
  const settings: Record<string, number | string> = {};
  const mistakes: string[] = [];
  for (const field of fields) {
    const text = given[field.name]?.trim() ?? "";
    const value = text === "" ? field.default : valueOf(field, text);
    if (value === undefined) mistakes.push(mistakeIn(field));
    settings[field.name] = value ?? field.default;
  }
  const mistake = mistakes.length === 0 ? check?.(settings) : undefined;
  if (mistake !== undefined) mistakes.push(mistake);
  return { settings, mistakes };
}

function valueOf(field: RuleField, text: string): number | string | undefined {
  if ("choices" in field)
    return field.choices.find(({ value }) => value === text)?.value;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : undefined;
  return value === undefined || value < field.min || value > field.max
    ? undefined
    : value;
}

function mistakeIn(field: RuleField): string {
  return "choices" in field
    ? `“${field.label}” must be one of: ${field.choices.map(({ value }) => value).join(", ")}.`
    : `“${field.label}” must be a whole number of ${field.unit} from ${field.min} to ${field.max}.`;
}
