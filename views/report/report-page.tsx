import type { FeedPosition } from "../../src/store/feed-position.ts";
import {
  DAY_SAMPLE_MIN,
  daysBelow,
  type MonthReport,
} from "../../src/overview/month-report.ts";
import {
  deliveryRate,
  ended,
  lost,
  NO_OUTCOMES,
} from "../../src/overview/outcomes.ts";
import {
  rateBesideTarget,
  targetWords,
  verdictOn,
  verdictWords,
} from "../../src/overview/target.ts";
import { rateChange } from "../../src/overview/headline.ts";
import { changeWords } from "../../src/overview/change-words.ts";
import type { Month } from "../../src/time/month-period.ts";
import { counted, countWords, percent } from "../../src/words/amounts.ts";
import { PeriodChart } from "../charts/chart-period.tsx";
import { listHref, LOST } from "../parts/list-link.ts";
import { Layout } from "../parts/layout.tsx";
import { REFRESH } from "../parts/refresh.ts";
import type { Site } from "../site.ts";
import { MonthsTable, ReasonsTable, TargetMark } from "./report-tables.tsx";

const DAY_MS = 24 * 3_600_000;

type ReportView = {
  readonly site: Site;
  readonly month: Month;
  /** Undefined while there are no messages. */
  readonly report: MonthReport | undefined;
  /** 0 to 1; undefined for none. */
  readonly target: number | undefined;
  readonly now: number;
  readonly live: FeedPosition;
};

/** How a month compares with the target: a page to print or send. */
export function ReportPage(view: ReportView) {
  const { site, month, report, live } = view;
  const { urls } = site;
  const isEmpty = report === undefined || report.overview.total.messages === 0;
  return (
    <Layout
      {...{ site, live }}
      title={`Delivery in ${month.words}`}
      section="overview"
      scripts={["charts.js"]}
    >
      <div
        id="report"
        hx-get={urls.report(month.name)}
        hx-select="#report"
        {...REFRESH}
      >
        {report === undefined || isEmpty ? (
          <>
            <ReportHead
              {...view}
              title={`Delivery in ${month.words}`}
              lead=""
            />
            <div class="empty">
              <h2 safe>{`No messages in ${month.words}`}</h2>
              <p>Messages appear here with their first callback from Twilio.</p>
            </div>
          </>
        ) : (
          <Report {...view} report={report} />
        )}
      </div>
    </Layout>
  );
}

function ReportHead({
  site: { urls },
  report,
  title,
  lead,
}: Pick<ReportView, "site" | "report"> & {
  readonly title: string;
  readonly lead: string;
}) {
  const { earlier, later } = report ?? {};
  return (
    <div class="page-head">
      <div id="verdict">
        <h1 safe>{title}</h1>
        {lead === "" ? (
          ""
        ) : (
          <p class="lead" safe>
            {lead}
          </p>
        )}
      </div>
      <nav class="periods" aria-label="Month">
        {earlier === undefined ? (
          ""
        ) : (
          <a href={urls.report(earlier)}>Month before</a>
        )}
        {later === undefined ? (
          ""
        ) : (
          <a href={urls.report(later)}>Month after</a>
        )}
        <a href={urls.overview()}>Overview</a>
      </nav>
    </div>
  );
}

function Report(view: ReportView & { readonly report: MonthReport }) {
  const { site, month, report, target, now } = view;
  const { urls } = site;
  const { overview, months } = report;
  const { period } = overview;
  const spans = wholeMonth(overview, month);
  return (
    <>
      <ReportHead {...view} title={reportTitle(view)} lead={reportLead(view)} />
      <section class="panel report" aria-label="The month in numbers">
        <Numbers {...{ urls, overview, target }} />
        <PeriodChart
          {...{ urls, period, spans, now, target }}
          conditions={[]}
          hasRate={true}
        />
      </section>
      <div class="side-by-side">
        <MonthsTable {...{ urls, months, target }} current={month} />
        <ReasonsTable {...{ urls, overview }} />
      </div>
    </>
  );
}

/** The days of a month, also those to come. */
function wholeMonth(
  { spans }: MonthReport["overview"],
  { to }: Month,
): MonthReport["overview"]["spans"] {
  const last = spans.at(-1)?.span;
  if (last === undefined) return spans;
  const today = Math.floor(last.from / DAY_MS) * DAY_MS;
  const rest = Math.round((to - today) / DAY_MS) - 1;
  const days = Array.from({ length: rest }, (_, index) => {
    const from = today + (index + 1) * DAY_MS;
    return { span: { from, to: from + DAY_MS }, outcomes: NO_OUTCOMES };
  });
  return [...spans, ...days];
}

function isUnderWay({ month, now }: Pick<ReportView, "month" | "now">) {
  return now < month.to;
}

function reportTitle(
  view: Pick<ReportView, "month" | "target" | "now"> & {
    readonly report: MonthReport;
  },
): string {
  const { month, report, target } = view;
  const rate = deliveryRate(report.overview.total);
  const when = `in ${month.words}${isUnderWay(view) ? " so far" : ""}`;
  if (rate === undefined) return `Nothing finished ${when}`;
  const words =
    target === undefined ? percent(rate) : rateBesideTarget(rate, target);
  return `${words} delivered ${when}`;
}

/** How that compares with the target and with the month before. */
function reportLead({
  report: { overview },
  target,
}: {
  readonly report: MonthReport;
  readonly target: number | undefined;
}): string {
  const { total, period } = overview;
  const verdict =
    target === undefined ? "" : verdictWords(verdictOn(total, target));
  const change = changeWords(rateChange(overview));
  const sentences = [
    target === undefined
      ? "No target is set: DELIVERY_TARGET sets one."
      : sentence(verdict),
    change === "" ? "" : sentence(`compared with ${period.before}: ${change}`),
  ];
  return sentences.filter((each) => each !== "").join(" ");
}

function sentence(words: string): string {
  return words === ""
    ? ""
    : `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

function Numbers({
  urls,
  overview,
  target,
}: Pick<ReportView, "target"> &
  Pick<MonthReport, "overview"> & { readonly urls: Site["urls"] }) {
  const { total, period } = overview;
  const verdict = target === undefined ? undefined : verdictOn(total, target);
  const isKnown = verdict !== undefined && verdict.kind !== "unknown";
  const days =
    target === undefined
      ? undefined
      : daysBelow(
          overview,
          (outcomes) => verdictOn(outcomes, target).kind === "missed",
        );
  return (
    <dl class="outcomes">
      {target === undefined ? (
        ""
      ) : (
        <div>
          <dt>Target</dt>
          <dd>
            <b class="figure" safe>
              {targetWords(target)}
            </b>
            {isKnown ? <TargetMark isMet={verdict.kind === "met"} /> : ""}
          </dd>
        </div>
      )}
      <div>
        <dt>Messages</dt>
        <dd>
          <a class="figure" href={listHref(urls, period.terms)} safe>
            {countWords(total.messages)}
          </a>
          <span class="change" safe>
            {`${countWords(ended(total))} finished`}
          </span>
        </dd>
      </div>
      <div>
        <dt>Failed</dt>
        <dd>
          <a class="figure" href={listHref(urls, [LOST, ...period.terms])} safe>
            {countWords(lost(total))}
          </a>
          {isKnown ? (
            <span class="change" safe>
              {`the target allows ${countWords(verdict.allowed)}`}
            </span>
          ) : (
            ""
          )}
        </dd>
      </div>
      {days === undefined ? (
        ""
      ) : (
        <div>
          <dt>Days below the target</dt>
          <dd>
            <b class="figure" safe>
              {countWords(days.below)}
            </b>
            <span class="change" safe>
              {`of ${counted(days.of, "day")} with ${DAY_SAMPLE_MIN} finished messages or more`}
            </span>
          </dd>
        </div>
      )}
    </dl>
  );
}

/** The address names no month that there is. */
export function ReportMistakePage({ site }: { readonly site: Site }) {
  return (
    <Layout site={site} title="Delivery by month" section="overview">
      <h1>Delivery by month</h1>
      <div class="empty">
        <h2>Can’t read this month</h2>
        <p>
          Give it as <code>?month=2026-11</code>. It can’t be in the future.
        </p>
        <a class="button" href={site.urls.report()}>
          Show this month
        </a>
      </div>
    </Layout>
  );
}
