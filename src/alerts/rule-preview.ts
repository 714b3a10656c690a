import type { FilterPair } from "../messages/filter-language.ts";
import type { SpanOutcomes } from "../overview/by-span.ts";
import type { AlertStore, NewAlertRule } from "../store/alerts.ts";
import {
  namedPeriod,
  type Period,
  type TimeRange,
} from "../time/time-range.ts";
import { storyOf, subjectNames } from "./alert-story.ts";
import { readCharted, type ChartedStore } from "./charted.ts";
import { previewRule } from "./preview.ts";
import type { Ledger } from "./rules/rule.ts";

/** When a rule would have fired, and the messages of that time. */
export type RulePreviewed = {
  readonly period: Period;
  readonly spans: readonly SpanOutcomes[];
  readonly conditions: readonly FilterPair[];
  readonly isOfAll: boolean;
  /** Oldest first; `about` says what it would have been. */
  readonly fired: readonly (TimeRange & { readonly about: string })[];
  /** There are more than are listed. */
  readonly isMore: boolean;
  /** How exact it is, in sentences. */
  readonly exactness: readonly string[];
};

export type RulePreviewStore = Ledger &
  ChartedStore & { readonly alerts: Pick<AlertStore, "evaluatorRecord"> };

/** Reads when a rule would have fired in the last 30 days; undefined for rules whose past isn't kept. */
export async function readRulePreview(
  store: RulePreviewStore,
  rule: NewAlertRule,
  now: number,
): Promise<RulePreviewed | undefined> {
  const preview = await previewRule(store, rule, now);
  if (preview === undefined) return undefined;
  const period = namedPeriod("30d", now);
  const charted = await readCharted(store, rule.filter, "", period);
  const names = await subjectNames(
    store,
    preview.fired.map(({ key }) => key),
  );
  const { kind: ruleKind, name: ruleName } = rule;
  return {
    ...charted,
    period,
    fired: preview.fired.map(({ key, from, until, facts }) => {
      const about = { ruleKind, ruleName, key, facts };
      const { title } = storyOf(about, names, facts.peak);
      return { from, to: until ?? now, about: title };
    }),
    isMore: preview.isMore,
    exactness: preview.exactness,
  };
}
