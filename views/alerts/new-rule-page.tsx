import { KINDS } from "../../src/alerts/rules/kinds.ts";
import { RULE_KINDS } from "../../src/store/alerts.ts";
import { Layout } from "../parts/layout.tsx";
import { shortened } from "../parts/values.tsx";
import type { Site } from "../site.ts";

/** The kinds that a new rule can have; with a filter, those that it can narrow. */
export function NewRulePage({
  site,
  q,
}: {
  readonly site: Site;
  readonly q: string;
}) {
  const { urls } = site;
  return (
    <Layout site={site} title="New alert rule" section="alerts">
      <nav class="crumbs" aria-label="Back">
        <a href={urls.alertRules}>← Alert rules</a>
      </nav>
      <div class="page-head">
        <div>
          <h1>Alert me on what?</h1>
          {q === "" ? (
            ""
          ) : (
            <p class="lead">
              Among messages that match{" "}
              <code>
                <bdi safe>{shortened(q, 200)}</bdi>
              </code>
            </p>
          )}
        </div>
      </div>
      <KindList {...{ site, q }} />
    </Layout>
  );
}

/** Each leads to the form of a rule of its kind. */
export function KindList({
  site: { urls },
  q = "",
}: {
  readonly site: Site;
  readonly q?: string;
}) {
  return (
    <ul class="kinds">
      {RULE_KINDS.filter((kind) => q === "" || KINDS[kind].takesFilter).map(
        (kind) => (
          <li>
            <a href={urls.alertRuleNew({ kind, q })}>
              <b safe>{KINDS[kind].label}</b>
              <span safe>{KINDS[kind].about}</span>
            </a>
          </li>
        ),
      )}
    </ul>
  );
}
