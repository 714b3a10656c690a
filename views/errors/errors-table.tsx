import { verdictOnCode } from "../../src/errors/verdict.ts";
import type {
  CodeListed,
  ErrorsOfPeriod,
} from "../../src/errors/errors-of-period.ts";
import type { Period } from "../../src/time/time-range.ts";
import { explainErrorCode } from "../../src/twilio/error-codes/error-codes.ts";
import {
  boundedCount,
  counted,
  countWords,
  percent,
} from "../../src/words/amounts.ts";
import { Sparkline } from "../charts/chart-sparkline.tsx";
import { CodeLink, LostLink } from "./error-cells.tsx";
import { MATTER_WORDS } from "./error-words.ts";
import { listHref } from "../parts/list-link.ts";
import type { Urls } from "../../src/site/urls.ts";
import { Ago } from "../parts/time.tsx";

type TableProps = {
  readonly urls: Urls;
  readonly period: Period;
  readonly errors: ErrorsOfPeriod;
  readonly now: number;
};

/** One row for each error code, most messages first. */
export function CodesTable({ urls, period, errors, now }: TableProps) {
  return (
    <table class="list codes">
      <thead>
        <tr>
          <th scope="col">Error</th>
          <th scope="col" class="col-trend">
            Trend
          </th>
          <th scope="col" class="col-amount">
            Messages
          </th>
          <th scope="col" class="col-amount col-lost">
            Failed
          </th>
          <th scope="col" class="col-amount col-share">
            Share of all
          </th>
          <th scope="col" class="col-amount col-recipients">
            Recipients
          </th>
          <th scope="col" class="col-seen col-seen-first">
            First seen
          </th>
          <th scope="col" class="col-seen">
            Last seen
          </th>
        </tr>
      </thead>
      <tbody>
        {errors.listed.map((code) => (
          <CodeRow
            {...{ urls, period, now, code }}
            all={errors.total.messages}
          />
        ))}
      </tbody>
    </table>
  );
}

function CodeRow({
  urls,
  period,
  now,
  code,
  all,
}: Omit<TableProps, "errors"> & {
  readonly code: CodeListed;
  /** All messages of the period. */
  readonly all: number;
}) {
  const { errorCode, outcomes, trend, facts } = code;
  return (
    <tr>
      <td class="col-code">
        <CodeAndAdvice {...{ urls, period, code }} />
      </td>
      <td class="col-trend">
        <Sparkline values={trend} />
      </td>
      <td class="col-amount">
        <a
          href={listHref(urls, [["code", errorCode], ...period.terms])}
          aria-label={`${counted(outcomes.messages, "message")} with error ${errorCode}`}
          safe
        >
          {countWords(outcomes.messages)}
        </a>
      </td>
      <td class="col-amount col-lost">
        <LostLink {...{ urls, period, code }} />
      </td>
      <td class="col-amount col-share" safe>
        {all === 0 ? "–" : percent(outcomes.messages / all)}
      </td>
      <td class="col-amount col-recipients" safe>
        {facts === undefined ? "–" : boundedCount(facts.recipients)}
      </td>
      <td class="col-seen col-seen-first">
        {facts === undefined ? "–" : <Ago at={facts.firstSeenAt} now={now} />}
      </td>
      <td class="col-seen">
        {facts === undefined ? "–" : <Ago at={facts.lastSeenAt} now={now} />}
      </td>
    </tr>
  );
}

function CodeAndAdvice({
  urls,
  period,
  code,
}: Pick<TableProps, "urls" | "period"> & { readonly code: CodeListed }) {
  const { explanation } = explainErrorCode(code.errorCode);
  return (
    <>
      <CodeLink {...{ urls, period, code }} />
      {code.isNew ? (
        <span class="new-mark" title="First seen in this time">
          new
        </span>
      ) : (
        ""
      )}
      {explanation ? (
        <>
          <p class="advice-marks" safe>
            {`${MATTER_WORDS[explanation.matter]} · ${verdictOnCode(code.errorCode).label}`}
          </p>
          <p class="advice" safe>
            {explanation.whatToDo}
          </p>
        </>
      ) : (
        ""
      )}
    </>
  );
}
