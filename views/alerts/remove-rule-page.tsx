import type { AlertRule } from "../../src/store/alerts.ts";
import { FormToken } from "../parts/form-token.tsx";
import { Layout } from "../parts/layout.tsx";
import type { Site } from "../site.ts";

/** Asks for confirmation before removing a rule. */
export function RemoveRulePage({
  site,
  rule: { id, name },
}: {
  readonly site: Site;
  readonly rule: AlertRule;
}) {
  const { urls } = site;
  return (
    <Layout site={site} title="Remove a rule" section="alerts">
      <nav class="crumbs" aria-label="Back">
        <a href={urls.alertRule(id)}>← The rule</a>
      </nav>
      <div class="page-head">
        <h1>Remove a rule</h1>
      </div>
      <form
        class="settings-form"
        method="post"
        action={urls.alertRuleRemove(id)}
      >
        <FormToken site={site} />
        <p>
          <b>
            <bdi safe>{name}</bdi>
          </b>{" "}
          isn’t checked anymore, and its open alerts are closed within a minute.
          Its history stays. To stop it for a while, turn it off instead.
        </p>
        <p class="form-buttons">
          <button class="button-danger">Remove it</button>
          <a class="button" href={urls.alertRule(id)}>
            Keep it
          </a>
        </p>
      </form>
    </Layout>
  );
}
