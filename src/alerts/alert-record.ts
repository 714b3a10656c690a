import { rfc3339 } from "../messages/export-records.ts";
import { plainText } from "../words/plain-text.ts";
import type { ToldAlert } from "./told-alerts.ts";

/** An alert as the API and the command line write it. */
export function alertRecord(alert: ToldAlert) {
  const { story, firedAt, resolvedAt, snoozedUntil } = alert;
  return {
    id: alert.id,
    title: plainText(story.title),
    severity: alert.severity,
    state: alert.state,
    rule: { id: alert.ruleId, kind: alert.ruleKind, name: alert.ruleName },
    key: alert.key,
    since: rfc3339(alert.since),
    firedAt: firedAt === null ? null : rfc3339(firedAt),
    resolvedAt: resolvedAt === null ? null : rfc3339(resolvedAt),
    handledBy: alert.by,
    note: alert.note,
    snoozedUntil: snoozedUntil === null ? null : rfc3339(snoozedUntil),
    lines: story.lines.map(plainText),
    todo: story.todo.map(plainText),
    numbers: story.numbers.map(({ name, value }) => ({
      name: plainText(name),
      value: plainText(value),
    })),
  };
}
