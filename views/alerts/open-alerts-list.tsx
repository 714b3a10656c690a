import type { ToldAlert } from "../../src/alerts/told-alerts.ts";
import { FormToken } from "../parts/form-token.tsx";
import { Ago } from "../parts/time.tsx";
import { shortened } from "../parts/values.tsx";
import type { Site } from "../site.ts";
import { Severity, StateMark, Taken } from "./alert-marks.tsx";

/** Alerts that are open: what is wrong, since when, who took it, where it leads. */
export function OpenAlertsList({
  site,
  open,
  now,
}: {
  readonly site: Site;
  readonly open: readonly ToldAlert[];
  readonly now: number;
}) {
  return (
    <ul class="open-alerts">
      {open.map((alert) => (
        <OpenAlert {...{ site, alert, now }} />
      ))}
    </ul>
  );
}

function OpenAlert({
  site,
  alert,
  now,
}: {
  readonly site: Site;
  readonly alert: ToldAlert;
  readonly now: number;
}) {
  const { urls } = site;
  const { id, severity, state, firedAt, since, ruleName, note } = alert;
  return (
    <li class={`open-alert of-${severity} is-${state}`}>
      <p class="open-alert-marks">
        <Severity severity={severity} />
        <StateMark state={state} />
        <span class="hint">
          <Taken alert={alert} />
        </span>
        <span class="open-alert-since">
          fired <Ago at={firedAt ?? since} now={now} />
        </span>
      </p>
      <h3>
        <a class="row-link" href={urls.alert(id)} safe>
          {alert.story.title}
        </a>
      </h3>
      {note === null || note === "" ? (
        ""
      ) : (
        <p class="alert-note-text">
          <bdi safe>{shortened(note, 300)}</bdi>
        </p>
      )}
      <div class="open-alert-foot">
        <span class="hint">
          <bdi safe>{shortened(ruleName, 60)}</bdi>
        </span>
        {alert.story.places.map(({ href, label }) => (
          <a href={href(urls)} safe>
            {label}
          </a>
        ))}
        <span class="open-alert-do">
          {state === "firing" ? (
            <form method="post" action={urls.alertAcknowledge(id)}>
              <FormToken site={site} />
              <input type="hidden" name="from" value="list" />
              <button
                class="button-small"
                aria-label={`Acknowledge alert ${id}`}
              >
                Acknowledge
              </button>
            </form>
          ) : (
            ""
          )}
          <a
            class="button button-small"
            href={urls.alert(id)}
            aria-label={`Details of alert ${id}`}
          >
            Details
          </a>
        </span>
      </div>
    </li>
  );
}
