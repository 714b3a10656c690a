import {
  PERIODS,
  type ErrorSummary,
  type Period,
} from "../src/errors/errors-query.ts";
import type { ErrorCodeCount } from "../src/store/store.ts";
import { explainErrorCode } from "../src/twilio/error-codes/error-codes.ts";
import { MATTER_WORDS, RETRY_WORDS } from "./error-words.ts";
import { Layout } from "./layout.tsx";
import type { Site, Urls } from "./site.ts";
import { countWords } from "./status-strip.tsx";

/** Which error codes a period had, how many, and what to do about each. */
export function ErrorsPage({
  site,
  period,
  summary,
}: {
  readonly site: Site;
  /** Undefined when the address names no period that there is. */
  readonly period: Period | undefined;
  readonly summary: ErrorSummary | undefined;
}) {
  const { urls } = site;
  return (
    <Layout site={site} title="Errors" section="errors">
      <div class="page-head">
        <h1>Errors</h1>
        <PeriodLinks urls={urls} current={period} />
      </div>
      {period === undefined || summary === undefined ? (
        <div class="empty">
          <h2>There is no such period</h2>
          <p>Choose 24 hours, 7 days or 30 days.</p>
        </div>
      ) : summary.codes.length === 0 ? (
        <div class="empty">
          <h2 safe>{`No errors in the last ${PERIODS[period].label}`}</h2>
          <p safe>{quietWords(summary.messages)}</p>
        </div>
      ) : (
        <CodeTable urls={urls} summary={summary} />
      )}
    </Layout>
  );
}

function PeriodLinks({
  urls,
  current,
}: {
  readonly urls: Urls;
  readonly current: Period | undefined;
}) {
  return (
    <nav class="periods" aria-label="Period">
      {(["24h", "7d", "30d"] as const).map((period) => (
        <a
          href={urls.errors(period)}
          aria-current={period === current ? "true" : undefined}
        >
          {PERIODS[period].label}
        </a>
      ))}
    </nav>
  );
}

function CodeTable({
  urls,
  summary,
}: {
  readonly urls: Urls;
  readonly summary: ErrorSummary;
}) {
  return (
    <table class="list codes">
      <thead>
        <tr>
          <th scope="col" class="col-code">
            Error
          </th>
          <th scope="col" class="col-matter">
            Whose matter
          </th>
          <th scope="col" class="col-retry">
            Send again?
          </th>
          <th scope="col" class="col-count">
            Messages
          </th>
          <th scope="col" class="col-count col-lost">
            Not arrived
          </th>
          <th scope="col" class="col-share">
            Share of all
          </th>
        </tr>
      </thead>
      <tbody>
        {summary.codes.map((count) => (
          <CodeRow urls={urls} count={count} messages={summary.messages} />
        ))}
      </tbody>
    </table>
  );
}

function CodeRow({
  urls,
  count,
  messages,
}: {
  readonly urls: Urls;
  readonly count: ErrorCodeCount;
  /** All messages of the period. */
  readonly messages: number;
}) {
  const { title, explanation, url } = explainErrorCode(count.errorCode);
  const matter = explanation ? MATTER_WORDS[explanation.matter] : "";
  const retry = explanation ? RETRY_WORDS[explanation.retry] : "";
  const share = messages === 0 ? 0 : count.messages / messages;
  return (
    <tr>
      <td class="col-code">
        <a class="row-link" href={urls.messages({ code: count.errorCode })}>
          <b>{count.errorCode}</b>{" "}
          <span safe>{title ?? "Unknown to this version"}</span>
        </a>
        {explanation ? (
          <>
            <p
              class="narrow-only"
              safe
            >{`${matter} · ${retry} · ${countWords(count.failed)} not arrived`}</p>
            <p class="advice" safe>
              {explanation.whatToDo}
            </p>
          </>
        ) : (
          <p class="advice">
            <a href={url} target="_blank" rel="noopener noreferrer">
              Twilio’s page about this code ↗
            </a>
          </p>
        )}
      </td>
      <td class="col-matter" safe>
        {matter}
      </td>
      <td class="col-retry" safe>
        {retry}
      </td>
      <td class="col-count" safe>
        {countWords(count.messages)}
      </td>
      <td class="col-count col-lost" safe>
        {countWords(count.failed)}
      </td>
      <td class="col-share">
        <span safe>{percent(share)}</span>
        <svg
          class="bar"
          viewBox="0 0 100 4"
          preserveAspectRatio="none"
          aria-hidden="true"
        >
          <rect width={(share * 100).toFixed(1)} height="4"></rect>
        </svg>
      </td>
    </tr>
  );
}

/** `2.3%`; never `0.0%` of something that there is. */
function percent(share: number): string {
  if (share > 0 && share < 0.001) return "< 0.1%";
  return `${(share * 100).toFixed(1)}%`;
}

function quietWords(messages: number): string {
  return messages === 0
    ? "No message was heard of in this time."
    : `${countWords(messages)} messages were heard of, and none carries an error code.`;
}
