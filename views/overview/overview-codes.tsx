import type { CodeSeen } from "../../src/errors/codes-seen.ts";
import type { FilterPair } from "../../src/messages/filter-language.ts";
import { ended, lost, type Outcomes } from "../../src/overview/outcomes.ts";
import type { Overview } from "../../src/overview/overview.ts";
import type { Period } from "../../src/time/time-range.ts";
import {
  explainErrorCode,
  firstAdvice,
} from "../../src/twilio/error-codes/error-codes.ts";
import { percent } from "../../src/words/amounts.ts";
import { Sparkline } from "../charts/chart-sparkline.tsx";
import { CodeLink, LostLink } from "../errors/error-cells.tsx";
import { MATTER_WORDS } from "../errors/error-words.ts";
import type { Proportion } from "../../src/overview/significance.ts";
import { beforeTitle, RateBefore } from "./overview-compare.tsx";
import type { Urls } from "../../src/site/urls.ts";

const CODES_SHOWN = 5;

/** The most frequent error codes of failed messages, and what to do about each. */
export function TopCodes({
  urls,
  conditions,
  overview: { period, total, codes, ratesBefore },
}: {
  readonly urls: Urls;
  /** What the lists are narrowed to beside the code and the time. */
  readonly conditions: readonly FilterPair[];
  readonly overview: Pick<
    Overview,
    "period" | "total" | "codes" | "ratesBefore"
  >;
}) {
  return (
    <section class="part" aria-labelledby="top-errors">
      <div class="part-head">
        <h2 id="top-errors">Why messages fail</h2>
        <a href={urls.errors(period.address)}>All error codes</a>
      </div>
      {codes.length === 0 ? (
        <p class="quiet">
          {lost(total) === 0
            ? "Nothing failed in this period."
            : "The failed messages have no error code."}
        </p>
      ) : (
        <table class="list top-codes">
          <thead>
            <tr>
              <th scope="col">Error</th>
              <th scope="col" class="col-trend">
                Trend
              </th>
              <th scope="col" class="col-amount">
                Failed
              </th>
              <th
                scope="col"
                class="col-amount col-share"
                title="Of all failed messages"
              >
                Share
              </th>
              <th
                scope="col"
                class="col-amount col-rate"
                title="Of all messages with a final status"
              >
                Rate
              </th>
            </tr>
          </thead>
          <tbody>
            {codes.slice(0, CODES_SHOWN).map((code) => (
              <CodeLine
                {...{ urls, period, conditions, total, code }}
                before={ratesBefore?.codes(code.errorCode)}
              />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function CodeLine({
  urls,
  period,
  conditions,
  total,
  code,
  before,
}: {
  readonly urls: Urls;
  readonly period: Period;
  readonly conditions: readonly FilterPair[];
  /** Its failures in the earlier period; undefined where that isn't known. */
  readonly before: Proportion | undefined;
  readonly total: Outcomes;
  readonly code: CodeSeen;
}) {
  const { errorCode, outcomes, trend } = code;
  const { explanation } = explainErrorCode(errorCode);
  const failures = lost(total);
  const now = { hits: lost(outcomes), of: ended(total) };
  return (
    <tr>
      <td>
        <CodeLink {...{ urls, period, code }} />
        {explanation ? (
          <p class="advice-line" title={explanation.whatToDo}>
            <span class="matter" safe>
              {MATTER_WORDS[explanation.matter]}
            </span>
            <span safe>{firstAdvice(explanation)}</span>
          </p>
        ) : (
          ""
        )}
      </td>
      <td class="col-trend">
        <Sparkline values={trend} />
      </td>
      <td class="col-amount">
        <LostLink {...{ urls, period, conditions, code }} />
      </td>
      <td class="col-amount col-share" safe>
        {failures === 0 ? "–" : percent(lost(outcomes) / failures)}
      </td>
      <td class="col-amount col-rate">
        <span safe>{percent(now.hits / now.of)}</span>
        <RateBefore {...{ now, before }} title={beforeTitle(period.before)} />
      </td>
    </tr>
  );
}
