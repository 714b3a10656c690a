import { isAdmin } from "../../src/account/viewer.ts";
import { ruleSentence } from "../../src/alerts/rule-words.ts";
import type { AlertChannel } from "../../src/store/alert-channels.ts";
import { type AlertRule, type MutedCode } from "../../src/store/alerts.ts";
import { explainErrorCode } from "../../src/twilio/error-codes/error-codes.ts";
import { FormToken } from "../parts/form-token.tsx";
import { Ago } from "../parts/time.tsx";
import { shortened } from "../parts/values.tsx";
import type { Site } from "../site.ts";
import { Severity } from "./alert-marks.tsx";
import { SwitchForm } from "./switch-form.tsx";
import { AlertsFrame, NoChannel } from "./alerts-frame.tsx";
import { KindList } from "./new-rule-page.tsx";
import { RuleFilter } from "./rule-filter.tsx";

export type RulesView = {
  readonly site: Site;
  readonly rules: readonly AlertRule[];
  readonly channels: readonly AlertChannel[];
  readonly muted: readonly MutedCode[];
  readonly now: number;
};

/** What is watched, and where each rule notifies. */
export function RulesPage(view: RulesView) {
  const { site, rules, channels, muted } = view;
  const canChange = isAdmin(site.viewer);
  return (
    <AlertsFrame site={site} tab="rules" title="Alert rules">
      <p class="list-lead">
        Checked every minute. When a rule’s condition is met, an alert fires,
        and the channels that take its severity are notified.
      </p>
      {channels.some(({ isOn }) => isOn) ? (
        ""
      ) : (
        <NoChannel site={site} canChange={canChange} />
      )}
      {rules.length === 0 ? (
        <div class="empty">
          <h2>Nothing is watched</h2>
          <p>There are no rules. Add one below.</p>
        </div>
      ) : (
        <RulesTable {...view} canChange={canChange} />
      )}
      {canChange ? (
        <AddRule site={site} />
      ) : (
        <p class="hint">Admins add and change rules.</p>
      )}
      {muted.length === 0 ? "" : <MutedCodes {...view} />}
    </AlertsFrame>
  );
}

function RulesTable(view: RulesView & { readonly canChange: boolean }) {
  return (
    <table class="list rules">
      <thead>
        <tr>
          <th scope="col">Fires when</th>
          <th scope="col" class="col-severity">
            Severity
          </th>
          <th scope="col" class="col-notifies">
            Notifies
          </th>
          <th scope="col" class="col-do">
            <span class="visually-hidden">On or off</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {view.rules.map((rule) => (
          <RuleRow {...{ ...view, rule }} />
        ))}
      </tbody>
    </table>
  );
}

function RuleRow({
  site,
  channels,
  canChange,
  rule,
}: RulesView & { readonly canChange: boolean; readonly rule: AlertRule }) {
  const { urls } = site;
  const { id, name, filter, severity, isOn } = rule;
  return (
    <tr class={isOn ? undefined : "is-off"}>
      <td>
        <a class="row-link" href={urls.alertRule(id)}>
          <bdi safe>{name}</bdi>
        </a>
        {isOn ? "" : <span class="badge off-badge">Off</span>}
        <p class="advice" safe>
          {ruleSentence(rule)}
        </p>
        {filter === "" ? (
          ""
        ) : (
          <RuleFilter {...{ site, filter }} lengthMax={120} />
        )}
        <span class="narrow-only">
          <Severity severity={severity} /> <Notifies {...{ rule, channels }} />
        </span>
      </td>
      <td class="col-severity">
        <Severity severity={severity} />
      </td>
      <td class="col-notifies">
        <Notifies {...{ rule, channels }} />
      </td>
      <td class="col-do">
        {canChange ? (
          <SwitchForm
            site={site}
            action={urls.alertRuleSwitch(id)}
            item={rule}
          />
        ) : (
          ""
        )}
      </td>
    </tr>
  );
}

/** The channels that a rule's notices go to. */
function Notifies({
  rule: { channelIds, severity },
  channels,
}: {
  readonly rule: AlertRule;
  readonly channels: readonly AlertChannel[];
}) {
  const named = channels.filter(({ id, severities }) =>
    channelIds === null
      ? severities.includes(severity)
      : channelIds.includes(id),
  );
  const on = named.filter(({ isOn }) => isOn);
  if (on.length === 0) return <span class="nobody">Nobody</span>;
  return (
    <>
      {on.map(({ name }, index) => (
        <>
          {index === 0 ? "" : ", "}
          <bdi safe>{shortened(name, 40)}</bdi>
        </>
      ))}
    </>
  );
}

function AddRule({ site }: { readonly site: Site }) {
  return (
    <section class="part" aria-labelledby="add-rule">
      <div class="part-head">
        <h2 id="add-rule">Add a rule</h2>
      </div>
      <KindList site={site} />
    </section>
  );
}

/** Codes that raise no alert of their own. */
function MutedCodes({ site, muted, now }: RulesView) {
  const { urls } = site;
  return (
    <section class="part" aria-labelledby="muted-title">
      <div class="part-head">
        <h2 id="muted-title">Muted error codes</h2>
        <span class="hint">raise no alert as a new code</span>
      </div>
      <table class="list muted-codes">
        <thead>
          <tr>
            <th scope="col">Error</th>
            <th scope="col" class="col-muted">
              Muted
            </th>
            <th scope="col" class="col-do">
              <span class="visually-hidden">Unmute</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {muted.map(({ errorCode, mutedAt, by, note }) => (
            <tr>
              <td>
                <a class="row-link" href={urls.error(errorCode)}>
                  <b>{errorCode}</b>{" "}
                  <span safe>
                    {explainErrorCode(errorCode).title ??
                      "Unknown to this version"}
                  </span>
                </a>
                {note === "" ? (
                  ""
                ) : (
                  <p class="alert-note-text">
                    <bdi safe>{note}</bdi>
                  </p>
                )}
                <span class="narrow-only">
                  <Ago at={mutedAt} now={now} /> by <bdi safe>{by}</bdi>
                </span>
              </td>
              <td class="col-muted">
                <Ago at={mutedAt} now={now} /> by <bdi safe>{by}</bdi>
              </td>
              <td class="col-do">
                <form method="post" action={urls.codeUnmute(errorCode)}>
                  <FormToken site={site} />
                  <input type="hidden" name="from" value="rules" />
                  <button
                    class="button-small"
                    aria-label={`Unmute ${errorCode}`}
                  >
                    Unmute
                  </button>
                </form>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
