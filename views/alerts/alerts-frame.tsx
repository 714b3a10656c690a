import type { Children } from "@kitajs/html";
import type { AssetName } from "../../src/http/assets.ts";
import { KindTabs } from "../parts/kind-tabs.tsx";
import { Layout } from "../parts/layout.tsx";
import type { Site } from "../site.ts";

export type AlertsTab = "alerts" | "rules" | "channels";

/** The frame of the lists of alerts, rules and notification channels, which link to each other. */
export function AlertsFrame({
  site,
  tab,
  title,
  scripts = [],
  children,
}: {
  readonly site: Site;
  readonly tab: AlertsTab;
  readonly title: string;
  readonly scripts?: readonly AssetName[];
  readonly children: Children;
}) {
  const { urls } = site;
  const tabs = [
    { name: "alerts", href: urls.alerts(), words: "Alerts" },
    { name: "rules", href: urls.alertRules, words: "Rules" },
    {
      name: "channels",
      href: urls.alertChannels,
      words: "Notification channels",
    },
  ];
  return (
    <Layout {...{ site, title, scripts }} section="alerts">
      <div class="page-head">
        <h1 safe>{title}</h1>
        <KindTabs
          label="Alerts, rules, and channels"
          tabs={tabs.map(({ name, href, words }) => ({
            href,
            words,
            isCurrent: name === tab,
          }))}
        />
      </div>
      {children}
    </Layout>
  );
}

/** While no channel takes notices: nobody would be told. */
export function NoChannel({
  site: { urls },
  canChange,
}: {
  readonly site: Site;
  readonly canChange: boolean;
}) {
  return (
    <aside class="alerts-note" aria-label="No notification channel">
      <p>
        <b>Nobody is notified.</b> There is no notification channel that is on,
        so alerts appear only on these pages.{" "}
        {canChange ? "" : "An admin can add one."}
      </p>
      {canChange ? (
        <a class="button button-small" href={urls.alertChannels}>
          Add a channel
        </a>
      ) : (
        ""
      )}
    </aside>
  );
}
