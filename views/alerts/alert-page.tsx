import { AlertActions } from "./alert-actions.tsx";
import { AlertFacts } from "./alert-facts.tsx";
import { AlertHistory } from "./alert-history.tsx";
import { Severity, StateMark } from "./alert-marks.tsx";
import { AlertChart } from "./alert-chart.tsx";
import type { AlertView } from "./alert-view.ts";
import { Layout } from "../parts/layout.tsx";
import { Ago, Minute } from "../parts/time.tsx";

/** One alert: what is wrong, how bad it is, who has taken it, what to do. */
export function AlertPage(view: AlertView) {
  const { site, alert, history, chart, filledIn, now } = view;
  const { urls } = site;
  const { story } = alert;
  const takenAt = history.findLast(
    ({ what }) => what === "acknowledged" || what === "snoozed",
  )?.at;
  return (
    <Layout
      {...{ site }}
      title={story.title}
      section="alerts"
      scripts={["alerts.js", "charts.js"]}
    >
      <nav class="crumbs" aria-label="Back">
        <a href={urls.alerts()}>← Alerts</a>
      </nav>
      <div class="message-head">
        <h1 safe>{story.title}</h1>
      </div>
      <AlertLine {...{ alert, now }} />
      <div class="message">
        <div class="message-main">
          <What {...view} />
          {chart === undefined ? (
            ""
          ) : (
            <AlertChart {...{ site, alert, chart, now }} />
          )}
          <AlertHistory {...view} />
        </div>
        <div class="message-side">
          <AlertActions {...{ site, alert, takenAt, filledIn, now }} />
          <AlertFacts {...view} />
        </div>
      </div>
    </Layout>
  );
}

/** Severity, state, since when, for how long. */
function AlertLine({ alert, now }: Pick<AlertView, "alert" | "now">) {
  const { severity, state, since, firedAt, resolvedAt } = alert;
  return (
    <p class="alert-line">
      <Severity severity={severity} />
      <StateMark state={state} />
      <span class="hint">
        {firedAt === null ? "since " : "fired "}
        <Minute at={firedAt ?? since} />,{" "}
        <Ago at={firedAt ?? since} now={now} />
        {resolvedAt === null ? (
          ""
        ) : (
          <>
            ; over since <Minute at={resolvedAt} />
          </>
        )}
      </span>
    </p>
  );
}

/** What it means and what to do, with the numbers. */
function What({ site: { urls }, alert, counts }: AlertView) {
  const { story } = alert;
  const isOver = alert.state === "resolved";
  return (
    <section
      class={`explained alert-what of-${isOver ? "resolved" : alert.severity}`}
      aria-labelledby="what-title"
    >
      <h2 id="what-title">{isOver ? "What was wrong" : "What is wrong"}</h2>
      {story.lines.map((line) => (
        <p safe>{line}</p>
      ))}
      <dl class="alert-numbers">
        {story.numbers.map(({ name, value, href }) => (
          <div>
            <dt safe>{name}</dt>
            <dd>
              {href === undefined ? (
                <span safe>{value}</span>
              ) : (
                <a href={href(urls)} safe>
                  {counts.get(name) ?? value}
                </a>
              )}
              {(counts.get(name) ?? value) === value ? (
                ""
              ) : (
                <small safe>{`${value} when measured`}</small>
              )}
            </dd>
          </div>
        ))}
      </dl>
      {story.todo.length === 0 ? (
        ""
      ) : (
        <>
          <h2>{isOver ? "If it happens again" : "What to do now"}</h2>
          <ol class="steps alert-steps">
            {story.todo.map((step) => (
              <li>
                <p safe>{step}</p>
              </li>
            ))}
          </ol>
        </>
      )}
      <p class="explained-links">
        {story.places.map(({ label, href }) => (
          <a href={href(urls)} safe>
            {label}
          </a>
        ))}
      </p>
    </section>
  );
}
