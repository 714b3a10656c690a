import { When } from "../parts/time.tsx";
import { shortened } from "../parts/values.tsx";
import { lastedWords } from "./alerts-table.tsx";
import type { AlertView } from "./alert-view.ts";

/** What raised an alert, and its times. */
export function AlertFacts({ site, alert, now }: AlertView) {
  const { urls } = site;
  const { ruleId, ruleName, since, firedAt, resolvedAt, facts } = alert;
  return (
    <aside class="facts" aria-label="About this alert">
      <h2>About this alert</h2>
      <dl>
        <dt>Rule</dt>
        <dd>
          {ruleId === null ? (
            <>
              <bdi safe>{shortened(ruleName, 100)}</bdi>{" "}
              <span class="hint">removed since</span>
            </>
          ) : (
            <a href={urls.alertRule(ruleId)}>
              <bdi safe>{shortened(ruleName, 100)}</bdi>
            </a>
          )}
        </dd>
        {facts.filter === "" ? (
          ""
        ) : (
          <>
            <dt>Filter</dt>
            <dd>
              <code>
                <bdi safe>{shortened(facts.filter, 300)}</bdi>
              </code>
            </dd>
          </>
        )}
        <dt>Met since</dt>
        <dd>
          <When at={since} now={now} />
        </dd>
        {firedAt === null ? (
          ""
        ) : (
          <>
            <dt>Fired</dt>
            <dd>
              <When at={firedAt} now={now} />
            </dd>
          </>
        )}
        {resolvedAt === null ? (
          ""
        ) : (
          <>
            <dt>Over</dt>
            <dd>
              <When at={resolvedAt} now={now} />
            </dd>
          </>
        )}
        <dt>Lasted</dt>
        <dd safe>{lastedWords(alert, now)}</dd>
        {resolvedAt === null ? (
          <>
            <dt>Measured</dt>
            <dd>
              <When at={facts.measuredAt} now={now} />
            </dd>
          </>
        ) : (
          ""
        )}
      </dl>
    </aside>
  );
}
