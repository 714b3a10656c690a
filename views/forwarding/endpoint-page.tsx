import { isAdmin } from "../../src/account/viewer.ts";
import { limitWords } from "../../src/forwarding/duration-words.ts";
import {
  successRate,
  type EndpointReport,
} from "../../src/forwarding/endpoint-report.ts";
import { countWords, percent } from "../../src/words/amounts.ts";
import { FormToken } from "../parts/form-token.tsx";
import { Layout } from "../parts/layout.tsx";
import { REFRESH } from "../parts/refresh.ts";
import { Ago } from "../parts/time.tsx";
import { AttemptsSection } from "./attempts-section.tsx";
import { EndpointChart } from "./endpoint-chart.tsx";
import { EndpointCrumbs } from "./endpoint-edit-page.tsx";
import { EndpointFacts } from "./endpoint-facts.tsx";
import { StateAdvice } from "./endpoint-advice.tsx";
import { EndpointState } from "./endpoint-state.tsx";
import type { EndpointView } from "./endpoint-view.ts";
import { Waiting } from "./endpoints-page.tsx";
import { ResendsSection } from "./resends-section.tsx";

/** One endpoint: how it's doing, what was tried, and what can be done about it. */
export function EndpointPage(view: EndpointView) {
  const { site, report, live, now, show, isFirstPage } = view;
  const { urls } = site;
  const { endpoint } = report;
  const isResending = view.resends.some(({ state }) => state === "running");
  return (
    <Layout
      site={site}
      title={endpoint.name}
      section="forwarding"
      live={live}
      scripts={["charts.js"]}
    >
      <EndpointCrumbs site={site} />
      <div
        id="endpoint"
        {...(isFirstPage && {
          "hx-get": urls.endpoint(endpoint.id, { show }),
          "hx-select": "#endpoint",
          ...REFRESH,
          ...(isResending && {
            "hx-trigger": `${REFRESH["hx-trigger"]}, every 3s`,
          }),
        })}
      >
        <Head {...view} />
        <StateAdvice site={site} report={report} now={now} />
        <div class="endpoint">
          <div class="endpoint-main">
            <section class="panel" aria-label="How it’s doing">
              <Figures report={report} now={now} />
              <EndpointChart hours={report.hours} now={now} />
            </section>
            <ResendsSection {...view} />
            <AttemptsSection {...view} />
          </div>
          <div class="message-side">
            <EndpointFacts site={site} endpoint={endpoint} now={now} />
          </div>
        </div>
      </div>
    </Layout>
  );
}

/** The name, the state, and what an admin does most often. */
function Head({ site, report: { endpoint }, now }: EndpointView) {
  const { urls, viewer } = site;
  const { id, state } = endpoint;
  return (
    <div class="page-head endpoint-head">
      <h1>
        <bdi safe>{endpoint.name}</bdi>{" "}
        <EndpointState endpoint={endpoint} now={now} />
      </h1>
      {isAdmin(viewer) ? (
        <div class="form-buttons">
          <form method="post" action={urls.endpointDo(id, "test")}>
            <FormToken site={site} />
            <button>Send a test event</button>
          </form>
          {state === "active" ? (
            <form method="post" action={urls.endpointDo(id, "pause")}>
              <FormToken site={site} />
              <button>Pause</button>
            </form>
          ) : (
            <form method="post" action={urls.endpointDo(id, "resume")}>
              <FormToken site={site} />
              <button class="button-primary">Resume</button>
            </form>
          )}
          <a class="button" href={urls.endpointEdit(id)}>
            Change
          </a>
        </div>
      ) : (
        ""
      )}
    </div>
  );
}

function Figures({
  report,
  now,
}: {
  readonly report: EndpointReport;
  readonly now: number;
}) {
  const { day, givenUp, endpoint } = report;
  const rate = successRate(day);
  return (
    <dl class="endpoint-figures">
      <div>
        <dt>Waiting</dt>
        <dd>
          <Waiting report={report} now={now} />
        </dd>
      </div>
      <div>
        <dt title="The share of attempts of the last 24 hours that succeeded">
          Success, last 24 h
        </dt>
        <dd>
          <b safe>{rate === undefined ? "–" : percent(rate)}</b>{" "}
          <span class="hint" safe>
            {`of ${countWords(day.succeeded + day.failed)}`}
          </span>
        </dd>
      </div>
      <div>
        <dt title="95 of 100 successful attempts of the last 24 hours were at most this slow">
          p95, last 24 h
        </dt>
        <dd>
          <b safe>{limitWords(day.p95Ms)}</b>
        </dd>
      </div>
      <div>
        <dt>Last success</dt>
        <dd>
          {endpoint.lastSuccessAt === undefined ? (
            <span class="none">none yet</span>
          ) : (
            <Ago at={endpoint.lastSuccessAt} now={now} />
          )}
        </dd>
      </div>
      {givenUp === 0 ? (
        ""
      ) : (
        <div>
          <dt title="Events whose last attempt failed; they’re sent again only if someone asks for it">
            Given up
          </dt>
          <dd>
            <b safe>{countWords(givenUp)}</b>
          </dd>
        </div>
      )}
    </dl>
  );
}
