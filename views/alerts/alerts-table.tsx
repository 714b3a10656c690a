import type { Alert } from "../../src/store/alerts.ts";
import { duration } from "../../src/words/amounts.ts";
import { Ago } from "../parts/time.tsx";
import { shortened } from "../parts/values.tsx";
import type { Site } from "../site.ts";
import type { ToldAlert } from "../../src/alerts/told-alerts.ts";
import { Severity, StateMark, Taken } from "./alert-marks.tsx";

/** One line for each alert. On a narrow screen what's known of it folds into the first column. */
export function AlertsTable({
  site: { urls },
  alerts,
  now,
}: {
  readonly site: Site;
  readonly alerts: readonly ToldAlert[];
  readonly now: number;
}) {
  return (
    <table class="list alerts">
      <thead>
        <tr>
          <th scope="col" class="col-severity">
            Severity
          </th>
          <th scope="col">Alert</th>
          <th scope="col" class="col-state">
            State
          </th>
          <th scope="col" class="col-lasted">
            Lasted
          </th>
          <th scope="col" class="col-when">
            Fired
          </th>
        </tr>
      </thead>
      <tbody>
        {alerts.map((alert) => (
          <tr>
            <td class="col-severity">
              <Severity severity={alert.severity} />
            </td>
            <td>
              <a class="row-link" href={urls.alert(alert.id)} safe>
                {alert.story.title}
              </a>
              <span class="hint alert-rule">
                <bdi safe>{shortened(alert.ruleName, 60)}</bdi>
              </span>
              <span class="narrow-only">
                <Severity severity={alert.severity} />{" "}
                <StateMark state={alert.state} /> <Taken alert={alert} />
              </span>
            </td>
            <td class="col-state">
              <StateMark state={alert.state} />
              <span class="hint">
                <Taken alert={alert} />
              </span>
            </td>
            <td class="col-lasted" safe>
              {lastedWords(alert, now)}
            </td>
            <td class="col-when">
              <Ago at={alert.firedAt ?? alert.since} now={now} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const MINUTE_MS = 60_000;

/** How long an alert was open, or has been so far. */
export function lastedWords(
  { since, firedAt, resolvedAt }: Alert,
  now: number,
): string {
  const ms = Math.max(0, (resolvedAt ?? now) - (firedAt ?? since));
  const lasted = duration(Math.max(1, Math.floor(ms / MINUTE_MS)) * MINUTE_MS);
  return resolvedAt === null ? `${lasted} so far` : lasted;
}
