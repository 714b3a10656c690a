import type { MonthTotal } from "../../src/overview/month-report.ts";
import {
  deliveryRate,
  ended,
  lost,
  type Outcomes,
} from "../../src/overview/outcomes.ts";
import type { Overview } from "../../src/overview/overview.ts";
import { rateBesideTarget, verdictOn } from "../../src/overview/target.ts";
import type { Urls } from "../../src/site/urls.ts";
import type { Month } from "../../src/time/month-period.ts";
import { explainErrorCode } from "../../src/twilio/error-codes/error-codes.ts";
import { countWords, percent } from "../../src/words/amounts.ts";
import { LostLink } from "../errors/error-cells.tsx";
import { beforeTitle, RateBefore } from "../overview/overview-compare.tsx";

const REASONS_SHOWN = 10;

/** The delivery rate of each month, and whether it met the target as it's set now. */
export function MonthsTable({
  urls,
  months,
  target,
  current,
}: {
  readonly urls: Urls;
  readonly months: readonly MonthTotal[];
  readonly target: number | undefined;
  readonly current: Month;
}) {
  return (
    <section class="part" aria-labelledby="months">
      <div class="part-head">
        <h2 id="months">Month by month</h2>
        {target === undefined ? (
          ""
        ) : (
          <span class="hint">against the target as it’s set now</span>
        )}
      </div>
      <table class="list report-table">
        <thead>
          <tr>
            <th scope="col">Month</th>
            <th scope="col" class="col-amount">
              Messages
            </th>
            <th scope="col" class="col-amount">
              Failed
            </th>
            <th scope="col" class="col-rate">
              Delivered
            </th>
          </tr>
        </thead>
        <tbody>
          {months.map(({ month, total }) => (
            <tr>
              <th scope="row">
                {month.name === current.name ? (
                  <b safe>{month.words}</b>
                ) : (
                  <a class="row-link" href={urls.report(month.name)} safe>
                    {month.words}
                  </a>
                )}
              </th>
              <td class="col-amount" safe>
                {countWords(total.messages)}
              </td>
              <td class="col-amount" safe>
                {countWords(lost(total))}
              </td>
              <td class="col-rate">
                <MonthRate {...{ total, target }} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function MonthRate({
  total,
  target,
}: {
  readonly total: Outcomes;
  readonly target: number | undefined;
}) {
  const rate = deliveryRate(total);
  if (rate === undefined) return "–";
  if (target === undefined) return <span safe>{percent(rate)}</span>;
  const isMet = verdictOn(total, target).kind === "met";
  return (
    <>
      <span safe>{rateBesideTarget(rate, target)}</span>
      <TargetMark isMet={isMet} />
    </>
  );
}

/** Whether the rate reaches the target, which also a month under way can say; its sign and words say so, too. */
export function TargetMark({ isMet }: { readonly isMet: boolean }) {
  return (
    <span class={`change ${isMet ? "change-good" : "change-bad"} target-mark`}>
      {isMet ? "✓ on target" : "✗ below target"}
    </span>
  );
}

/** Why messages failed in the month, compared with the month before. */
export function ReasonsTable({
  urls,
  overview: { period, total, codes, ratesBefore },
}: {
  readonly urls: Urls;
  readonly overview: Pick<
    Overview,
    "period" | "total" | "codes" | "ratesBefore"
  >;
}) {
  const of = ended(total);
  return (
    <section class="part" aria-labelledby="reasons">
      <div class="part-head">
        <h2 id="reasons">Why messages failed</h2>
        <span class="hint">rate: of all finished messages</span>
      </div>
      {codes.length === 0 ? (
        <p class="quiet">
          {lost(total) === 0
            ? "Nothing failed."
            : "The failed messages have no error code."}
        </p>
      ) : (
        <table class="list report-table">
          <thead>
            <tr>
              <th scope="col">Error</th>
              <th scope="col" class="col-amount">
                Failed
              </th>
              <th scope="col" class="col-rate">
                Rate
              </th>
            </tr>
          </thead>
          <tbody>
            {codes.slice(0, REASONS_SHOWN).map((code) => (
              <tr>
                <td>
                  <a
                    class="row-link"
                    href={urls.error(code.errorCode, period.address)}
                  >
                    <b>{code.errorCode}</b>{" "}
                    <span safe>
                      {explainErrorCode(code.errorCode).title ??
                        "Unknown to this version"}
                    </span>
                  </a>
                </td>
                <td class="col-amount">
                  <LostLink {...{ urls, period, code }} />
                </td>
                <td class="col-rate">
                  <span safe>{percent(lost(code.outcomes) / of)}</span>
                  <RateBefore
                    now={{ hits: lost(code.outcomes), of }}
                    before={ratesBefore?.codes(code.errorCode)}
                    title={beforeTitle(period.before)}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
