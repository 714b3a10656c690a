import type { FeedPosition } from "../../src/store/feed-position.ts";
import {
  STUCK_AFTER_HOURS,
  type Overview,
} from "../../src/overview/overview.ts";
import type { Period } from "../../src/time/time-range.ts";
import { changeWords } from "../../src/overview/change-words.ts";
import {
  boundedCount,
  counted,
  countWords,
  duration,
} from "../../src/words/amounts.ts";
import {
  receivedWords,
  type ReceivedOfDays,
} from "../../src/sources/completeness.ts";
import { PeriodChart } from "../charts/chart-period.tsx";
import { LatestMessages } from "../messages/latest-messages.tsx";
import { Layout } from "../parts/layout.tsx";
import { listHref, LOST } from "../parts/list-link.ts";
import { TopCodes } from "./overview-codes.tsx";
import { Figures } from "./overview-figures.tsx";
import { WorstGroups } from "./overview-groups.tsx";
import {
  headline,
  mainReason,
  rateChange,
} from "../../src/overview/headline.ts";
import { RangeLinks } from "../parts/range-links.tsx";
import { ALERTS_OOB, REFRESH } from "../parts/refresh.ts";
import type { Urls } from "../../src/site/urls.ts";
import type { Site } from "../site.ts";

export type OverviewView = {
  readonly site: Site;
  readonly period: Period;
  readonly overview: Overview;
  /** Of the outcomes that Twilio has; undefined when none were compared. */
  readonly received: ReceivedOfDays | undefined;
  readonly now: number;
  /** The latest event's id. */
  readonly live: FeedPosition;
};

/** Whether delivery is healthy, and if not, what to check. Updates itself. */
export function OverviewPage({
  site,
  period,
  overview,
  received,
  now,
  live,
}: OverviewView) {
  const { urls } = site;
  const { total, spans, codes } = overview;
  const change = rateChange(overview);
  const title = headline(total, change);
  return (
    <Layout
      {...{ site, live }}
      title={title}
      section="overview"
      scripts={["charts.js"]}
    >
      <div class="page-head">
        <div id="verdict">
          <h1 safe>{title}</h1>
          <p class="lead" safe>
            {leadWords(period, overview)}
          </p>
        </div>
        <RangeLinks current={period} hrefOf={urls.overview} now={now} />
      </div>
      <div
        id="overview"
        hx-get={urls.overview(period.address)}
        hx-select="#overview"
        {...REFRESH}
        hx-select-oob={`#verdict:outerMorph,${ALERTS_OOB}`}
      >
        <section class="panel" aria-label="Messages by status">
          <Figures {...{ urls, period, overview }} />
          <PeriodChart
            {...{ urls, period, spans, now }}
            conditions={[]}
            hasRate={true}
          />
          <DeliveryNotes {...{ urls, overview, received }} />
        </section>
        <TopCodes {...{ urls, period, total, codes }} />
        <Worst {...{ site, period, overview }} />
        <LatestFailures {...{ urls, period, overview, now }} />
      </div>
    </Layout>
  );
}

function Worst({
  site,
  period,
  overview,
}: Pick<OverviewView, "site" | "period" | "overview">) {
  return (
    <div class="side-by-side">
      <WorstGroups
        {...{ site, period }}
        kind="country"
        groups={overview.countries}
      />
      <WorstGroups
        {...{ site, period }}
        kind="sender"
        groups={overview.senders}
        covered={overview.sendersCovered}
      />
    </div>
  );
}

function leadWords(period: Period, overview: Overview): string {
  const change = rateChange(overview);
  const changed =
    change.kind === "more" || change.kind === "less"
      ? `${changeWords(change)} than in ${period.before}`
      : change.kind === "same"
        ? `as in ${period.before}`
        : "";
  const reason = mainReason(overview.total, overview.codes);
  const when = `${period.label}${changed === "" ? "" : `: ${changed}`}.`;
  return reason === "" ? when : `${when} ${reason}`;
}

/** How long delivery takes, and what is stuck. */
function DeliveryNotes({
  urls,
  overview: { deliveryTime, stuck },
  received,
}: {
  readonly urls: Urls;
} & Pick<OverviewView, "overview" | "received">) {
  return (
    <div class="notes">
      <p>
        {deliveryTime === undefined ? (
          <span class="quiet">
            The delivery time appears here once a message has both its sent and
            its delivered callback.
          </span>
        ) : (
          <>
            Delivery time:{" "}
            <b safe>{`median ${duration(deliveryTime.median)}`}</b>
            <span safe>{`, p95 ${duration(deliveryTime.p95)}.`}</span>{" "}
            <span class="hint" safe>
              {`From sent to delivered, for ${counted(deliveryTime.messages, "message")}.`}
            </span>
          </>
        )}
      </p>
      {stuck === undefined || stuck.count.count === 0 ? (
        ""
      ) : (
        <p>
          <a href={listHref(urls, [["status", "sent"], ...stuck.terms])} safe>
            {`${boundedCount(stuck.count)} ${stuck.count.count === 1 ? "message is" : "messages are"} stuck`}
          </a>
          {`: in flight for more than ${STUCK_AFTER_HOURS} hours.`}{" "}
          <span class="hint">
            Most delivery receipts arrive within seconds; some carriers send
            none.
          </span>
        </p>
      )}
      {received === undefined ? (
        ""
      ) : (
        <p>
          <a href={urls.completeness} safe>
            {`${receivedWords(received)} received`}
          </a>
          <span safe>
            {received.missed === 0
              ? ": nothing was missed."
              : `; ${countWords(received.missed)} found in Twilio.`}
          </span>{" "}
          <span class="hint" safe>
            {`Of the outcomes that Twilio has of ${received.from} to ${received.to}.`}
          </span>
        </p>
      )}
    </div>
  );
}

function LatestFailures({
  urls,
  period,
  overview: { failures },
  now,
}: {
  readonly urls: Urls;
  readonly period: Period;
  readonly overview: Overview;
  readonly now: number;
}) {
  return (
    <section class="part" aria-labelledby="latest-failures">
      <div class="part-head">
        <h2 id="latest-failures">Latest failures</h2>
        {failures.length === 0 ? (
          ""
        ) : (
          <a href={listHref(urls, [LOST, ...period.terms])}>All failures</a>
        )}
      </div>
      {failures.length === 0 ? (
        <p class="quiet" safe>{`Nothing failed ${period.when}.`}</p>
      ) : (
        <LatestMessages {...{ urls, now }} messages={failures} />
      )}
    </section>
  );
}
