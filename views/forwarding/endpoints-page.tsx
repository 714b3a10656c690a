import { isAdmin } from "../../src/account/viewer.ts";
import { outcomeWords } from "../../src/forwarding/attempt-words.ts";
import {
  successRate,
  waitingWords,
  type EndpointReport,
} from "../../src/forwarding/endpoint-report.ts";
import { shownUrl } from "../../src/forwarding/shown-endpoint.ts";
import type { FeedPosition } from "../../src/store/feed-position.ts";
import { countWords, percent } from "../../src/words/amounts.ts";
import { Layout } from "../parts/layout.tsx";
import { REFRESH } from "../parts/refresh.ts";
import { Ago } from "../parts/time.tsx";
import type { Site } from "../site.ts";
import { HoursStrip } from "./endpoint-chart.tsx";
import { EndpointState } from "./endpoint-state.tsx";

export type EndpointsView = {
  readonly site: Site;
  /** By name. */
  readonly reports: readonly EndpointReport[];
  readonly live: FeedPosition;
  readonly now: number;
};

/** Where events are forwarded, and how each endpoint is doing. */
export function EndpointsPage({ site, reports, live, now }: EndpointsView) {
  const { urls, viewer } = site;
  const canChange = isAdmin(viewer);
  return (
    <Layout site={site} title="Forwarding" section="forwarding" live={live}>
      <div class="page-head">
        <h1>Forwarding</h1>
        {canChange && reports.length > 0 ? (
          <a class="button button-primary" href={urls.endpointNew}>
            Add an endpoint
          </a>
        ) : (
          ""
        )}
      </div>
      {reports.length === 0 ? (
        <NoEndpoints site={site} canChange={canChange} />
      ) : (
        <>
          <p class="list-lead">
            Each event is sent to your own systems as a signed <code>POST</code>{" "}
            request, at least once. What can’t be delivered waits and is
            retried; nothing is lost while an endpoint is down or paused.
          </p>
          <section
            id="endpoints"
            aria-label="Endpoints"
            hx-get={urls.forwarding()}
            hx-select="#endpoints"
            {...REFRESH}
          >
            <EndpointsTable site={site} reports={reports} now={now} />
          </section>
        </>
      )}
    </Layout>
  );
}

function NoEndpoints({
  site: { urls },
  canChange,
}: {
  readonly site: Site;
  readonly canChange: boolean;
}) {
  return (
    <div class="empty">
      <h2>Nothing is forwarded yet</h2>
      <p>
        An endpoint is a URL of your own that gets events as they’re recorded:
        all of them, or those that match a filter. Requests are signed in the
        format of Standard Webhooks, and repeated until your system accepts
        them.
      </p>
      {canChange ? (
        <a class="button button-primary" href={urls.endpointNew}>
          Add an endpoint
        </a>
      ) : (
        <p>Ask an admin to add one.</p>
      )}
    </div>
  );
}

function EndpointsTable({
  site,
  reports,
  now,
}: Pick<EndpointsView, "site" | "reports" | "now">) {
  return (
    <table class="list endpoints">
      <thead>
        <tr>
          <th scope="col">Endpoint</th>
          <th scope="col" class="col-state">
            State
          </th>
          <th scope="col" class="col-waiting">
            Waiting
          </th>
          <th scope="col" class="col-day">
            <span class="wide-only">Succeeded, last 24 h</span>
            <span class="narrow-only">Last 24 h</span>
          </th>
          <th scope="col" class="col-fault">
            Latest failure
          </th>
        </tr>
      </thead>
      <tbody>
        {reports.map((report) => (
          <Row site={site} report={report} now={now} />
        ))}
      </tbody>
    </table>
  );
}

/** A list has no room for more. */
const HOST_ONLY = { canChange: false, masksNumbers: true };

function Row({
  site,
  report,
  now,
}: {
  readonly site: Site;
  readonly report: EndpointReport;
  readonly now: number;
}) {
  const { endpoint, day, hours } = report;
  const rate = successRate(day);
  return (
    <tr>
      <td class="col-endpoint">
        <a class="row-link" href={site.urls.endpoint(endpoint.id)}>
          <bdi safe>{endpoint.name}</bdi>
        </a>
        <span class="endpoint-host">
          <bdi safe>{shownUrl(endpoint.url, HOST_ONLY)}</bdi>
        </span>
        <span class="narrow-only">
          <EndpointState endpoint={endpoint} now={now} />
          <Waiting report={report} now={now} noun=" waiting" />
        </span>
      </td>
      <td class="col-state">
        <EndpointState endpoint={endpoint} now={now} />
      </td>
      <td class="col-waiting">
        <Waiting report={report} now={now} />
      </td>
      <td class="col-day">
        {rate === undefined ? (
          <span class="none">no attempts</span>
        ) : (
          <div class="endpoint-day">
            <b
              title={`${countWords(day.succeeded)} succeeded, ${countWords(day.failed)} failed`}
              safe
            >
              {percent(rate)}
            </b>
            <HoursStrip hours={hours} />
          </div>
        )}
      </td>
      <td class="col-fault">
        <LastFailure report={report} now={now} />
      </td>
    </tr>
  );
}

/** How many events still have to be sent, and since when. */
export function Waiting({
  report: { waiting, waitingSince },
  now,
  noun = "",
}: {
  readonly report: EndpointReport;
  readonly now: number;
  /** Follows the count, where no head of a column says what it is. */
  readonly noun?: string;
}) {
  if (waiting.count === 0)
    return <span class="none" safe>{`nothing${noun}`}</span>;
  return (
    <span>
      <b safe>{waitingWords(waiting)}</b>
      <span safe>{waiting.isUpTo && waiting.isMore ? "" : noun}</span>
      {waitingSince === undefined ? (
        ""
      ) : (
        <span class="hint">
          , oldest <Ago at={waitingSince} now={now} />
        </span>
      )}
    </span>
  );
}

function LastFailure({
  report: { lastFailure },
  now,
}: {
  readonly report: EndpointReport;
  readonly now: number;
}) {
  if (lastFailure === undefined) return <span class="none">none</span>;
  return (
    <>
      <span safe>{outcomeWords(lastFailure)}</span>{" "}
      <span class="hint">
        <Ago at={lastFailure.at} now={now} />
      </span>
    </>
  );
}
