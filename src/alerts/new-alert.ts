import type { AlertRule, NewAlert } from "../store/alerts.ts";
import type { Finding } from "./rules/rule.ts";

/** Makes the pending alert of a rule whose condition is met. */
export function newAlert(
  rule: AlertRule,
  finding: Finding,
  since: number,
): NewAlert {
  const now = { ...finding.measured, badness: finding.badness };
  return {
    ruleId: rule.id,
    ruleKind: rule.kind,
    ruleName: rule.name,
    key: finding.key,
    severity: rule.severity,
    since,
    facts: {
      filter: rule.filter,
      settings: rule.settings,
      channelIds: rule.channelIds,
      measuredAt: since,
      now,
      atFiring: null,
      peak: now,
      includes: [],
    },
  };
}
