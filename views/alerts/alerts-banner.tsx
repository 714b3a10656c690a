import { bannerAlerts } from "../../src/alerts/open-alerts.ts";
import type { ToldAlert } from "../../src/alerts/told-alerts.ts";
import { isOfTeam, type Site } from "../site.ts";
import { SeverityIcon, Taken } from "./alert-marks.tsx";

/** On every page while something critical is wrong: what, who has taken it, and where to read on. */
export function AlertsBanner({ site }: { readonly site: Site }) {
  const critical = isOfTeam(site) ? bannerAlerts(site.openAlerts()) : [];
  const [first, ...others] = critical;
  return (
    <div id="alerts-banner">
      {first === undefined ? (
        ""
      ) : (
        <Banner {...{ site }} alert={first} others={others.length} />
      )}
    </div>
  );
}

function Banner({
  site: { urls },
  alert,
  others,
}: {
  readonly site: Site;
  readonly alert: ToldAlert;
  readonly others: number;
}) {
  return (
    <aside class="banner alert-banner" aria-label="Critical alert">
      <div class="wrap">
        <SeverityIcon severity="critical" size={16} />
        <p>
          <strong safe>{alert.story.title}</strong>
          {alert.state === "acknowledged" ? (
            <span class="banner-taken">
              {" · "}acknowledged <Taken alert={alert} />
            </span>
          ) : (
            ""
          )}
          {others === 0 ? (
            ""
          ) : (
            <span class="banner-taken" safe>{` · and ${others} more`}</span>
          )}
        </p>
        <a href={others === 0 ? urls.alert(alert.id) : urls.alerts()}>
          {others === 0 ? "See what to do" : "See all alerts"}
        </a>
      </div>
    </aside>
  );
}
