import { isAdmin } from "../../src/account/viewer.ts";
import { KINDS } from "../../src/alerts/rules/kinds.ts";
import { Layout } from "../parts/layout.tsx";
import { Ago } from "../parts/time.tsx";
import { ruleSentence } from "../../src/alerts/rule-words.ts";
import { Severity } from "./alert-marks.tsx";
import { AlertsTable } from "./alerts-table.tsx";
import { RuleFields } from "./rule-fields.tsx";
import { RuleFilter } from "./rule-filter.tsx";
import { RulePreviewPanel } from "./rule-preview.tsx";
import type { RuleView } from "./rule-view.ts";

/** A rule: its form, when it would have fired, and its latest alerts. */
export function RulePage(view: RuleView) {
  const { site, rule, form, preview, alerts, now } = view;
  const { urls } = site;
  const { label, about } = KINDS[form.kind];
  const title = rule === undefined ? `New rule: ${label}` : rule.name;
  return (
    <Layout
      {...{ site, title }}
      section="alerts"
      scripts={["messages.js", "charts.js"]}
    >
      <nav class="crumbs" aria-label="Back">
        <a href={urls.alertRules}>← Alert rules</a>
      </nav>
      <div class="page-head">
        <div>
          <h1>
            <bdi safe>{title}</bdi>
          </h1>
          <p class="lead" safe>
            {about}
          </p>
        </div>
      </div>
      {isAdmin(site.viewer) ? (
        <RuleFields {...view} />
      ) : (
        <Described {...view} />
      )}
      {preview === undefined ? (
        ""
      ) : (
        <RulePreviewPanel {...{ site, preview, now }} />
      )}
      {rule === undefined ? "" : <Beside {...view} />}
      {alerts.length === 0 || rule === undefined ? (
        ""
      ) : (
        <section class="part" aria-labelledby="latest-title">
          <div class="part-head">
            <h2 id="latest-title">Its latest alerts</h2>
            <a href={urls.alerts({ rule: rule.id })}>All of them</a>
          </div>
          <AlertsTable {...{ site, alerts, now }} />
        </section>
      )}
    </Layout>
  );
}

/** What members see of a rule. */
function Described({ site, rule }: RuleView) {
  if (rule === undefined) return "";
  const { filter, severity, isOn } = rule;
  return (
    <section class="card described-rule" aria-label="What it fires on">
      <p>
        <Severity severity={severity} />
        {isOn ? "" : <span class="badge off-badge">Off</span>}
      </p>
      <p safe>{ruleSentence(rule)}</p>
      {filter === "" ? "" : <RuleFilter {...{ site, filter }} />}
      <p class="hint">Admins change rules.</p>
    </section>
  );
}

/** Who made a rule, who changed it, and removing it. */
function Beside({ site, rule, now }: RuleView) {
  if (rule === undefined) return "";
  const { id, createdBy, createdAt, changedBy, changedAt } = rule;
  return (
    <p class="rule-foot hint">
      {createdAt === 0 ? (
        "It came with smsledger."
      ) : (
        <>
          Added <Ago at={createdAt} now={now} /> by <bdi safe>{createdBy}</bdi>.
        </>
      )}{" "}
      {changedAt === null ? (
        ""
      ) : (
        <>
          Changed <Ago at={changedAt} now={now} /> by{" "}
          <bdi safe>{changedBy ?? ""}</bdi>.
        </>
      )}{" "}
      {isAdmin(site.viewer) ? (
        <a href={site.urls.alertRuleRemove(id)}>Remove this rule…</a>
      ) : (
        ""
      )}
    </p>
  );
}
