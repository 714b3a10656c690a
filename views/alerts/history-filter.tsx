import {
  HISTORY_DAYS,
  HISTORY_STATES,
  type AlertsQuery,
} from "../../src/alerts/alerts-query.ts";
import { ALERT_SEVERITIES, type AlertRule } from "../../src/store/alerts.ts";
import { attribute } from "../parts/values.tsx";
import type { Site } from "../site.ts";
import { severityWord, stateWord } from "./alert-marks.tsx";

/** What the history is narrowed to: its fields are the address, so it works without a script. */
export function HistoryFilter({
  site: { urls },
  query,
  rules,
}: {
  readonly site: Site;
  readonly query: AlertsQuery;
  readonly rules: readonly AlertRule[];
}) {
  return (
    <form class="history-filter" method="get" action={urls.alerts()}>
      <Choice
        name="rule"
        label="Rule"
        value={query.ruleId === undefined ? "" : String(query.ruleId)}
        choices={rules.map(({ id, name }) => [String(id), name])}
      />
      <Choice
        name="severity"
        label="Severity"
        value={query.severity ?? ""}
        choices={ALERT_SEVERITIES.map((each) => [each, severityWord(each)])}
      />
      <Choice
        name="state"
        label="State"
        value={query.state ?? ""}
        choices={HISTORY_STATES.map((each) => [each, stateWord(each)])}
      />
      <Choice
        name="days"
        label="Time"
        value={String(query.days ?? "")}
        choices={HISTORY_DAYS.map((each) => [
          String(each),
          each === 1 ? "Last 24 hours" : `Last ${each} days`,
        ])}
      />
      <button>Show</button>
    </form>
  );
}

/** A field that narrows the history; "" for any. */
function Choice({
  name,
  label,
  value,
  choices,
}: {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly choices: readonly (readonly [value: string, words: string])[];
}) {
  return (
    <div class="field">
      <label for={`history-${name}`} safe>
        {label}
      </label>
      <select name={name} id={`history-${name}`}>
        <option value="">Any</option>
        {choices.map(([each, words]) => (
          <option value={attribute(each)} selected={each === value} safe>
            {words}
          </option>
        ))}
      </select>
    </div>
  );
}
