import { capitalized, sinceWords } from "../../src/time/compared-period.ts";
import type { FeedPosition } from "../../src/store/feed-position.ts";
import {
  STUCK_AFTER_HOURS,
  type Overview,
} from "../../src/overview/overview.ts";
import {
  addressOf,
  type AskedOverview,
  type OverviewFilter,
} from "../../src/overview/overview-query.ts";
import { TIMED_MAX } from "../../src/store/tally.ts";
import type { Period } from "../../src/time/time-range.ts";
import { isMove, moveWords } from "../../src/overview/change-words.ts";
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
import { CompareChoice } from "./overview-compare.tsx";
import { Worst } from "./overview-groups.tsx";
import { OverviewFilterBar, OverviewRanges } from "./overview-filter.tsx";
import { gapSentences, type ServerGaps } from "../../src/overview/gaps.ts";
import {
  headline,
  mainReason,
  rateChange,
} from "../../src/overview/headline.ts";
import { ALERTS_OOB, REFRESH } from "../parts/refresh.ts";
import type { Urls } from "../../src/site/urls.ts";
import type { Site } from "../site.ts";

export type OverviewView = {
  readonly site: Site;
  /** What was asked for; the overview may be of its latest part. */
  readonly asked: AskedOverview;
  readonly overview: Overview;
  /** Of the outcomes that Twilio has; undefined when none were compared. */
  readonly received: ReceivedOfDays | undefined;
  readonly gaps: ServerGaps;
  /** The delivery rate to reach, 0 to 1; undefined for none. */
  readonly target: number | undefined;
  readonly now: number;
  /** The latest event's id. */
  readonly live: FeedPosition;
};

/** Whether delivery is healthy, and if not, what to check. Updates itself. */
export function OverviewPage({
  site,
  asked,
  overview,
  received,
  gaps,
  target,
  now,
  live,
}: OverviewView) {
  const { urls } = site;
  const { q, conditions } = asked;
  const { period, spans, earlierSpans } = overview;
  const { total } = overview;
  const change = rateChange(overview);
  const title = headline(total, change, q === "" ? "" : "matching ");
  return (
    <Layout
      {...{ site, live }}
      title={title}
      section="overview"
      scripts={["charts.js", "messages.js"]}
    >
      <div class="page-head">
        <div id="verdict">
          <h1 safe>{title}</h1>
          <p class="lead" safe>
            {leadWords(overview)}
          </p>
        </div>
        <OverviewRanges {...{ urls, asked, now }} />
      </div>
      <OverviewFilterBar {...{ urls, asked }}>
        <CompareChoice {...{ urls, asked, overview }} />
      </OverviewFilterBar>
      <div
        id="overview"
        hx-get={urls.overview(addressOf(asked))}
        hx-select="#overview"
        {...REFRESH}
        hx-select-oob={`#verdict:outerMorph,${ALERTS_OOB}`}
      >
        <PartOnly asked={asked.period} shown={period} />
        <section class="panel" aria-label="Messages by status">
          <Figures {...{ urls, conditions, overview, target, now }} />
          <PeriodChart
            {...{ urls, period, spans, conditions, target, now }}
            earlier={
              earlierSpans && {
                words: capitalized(period.before),
                spans: earlierSpans,
              }
            }
            hasRate={true}
            marked={{ words: "smsledger was off", ranges: gaps.now }}
          />
          <DeliveryNotes {...{ urls, conditions, overview, received, gaps }} />
        </section>
        <TopCodes {...{ urls, conditions, overview }} />
        <Worst {...{ site, asked, overview, now }} />
        <LatestFailures {...{ urls, conditions, overview, now }} />
      </div>
    </Layout>
  );
}

function leadWords(overview: Overview): string {
  const { period } = overview;
  const change = rateChange(overview);
  const changed = isMove(change)
    ? `${moveWords(change)} than in ${period.before}${change.isChance ? ", which is within chance" : ""}`
    : change.kind === "same"
      ? `as in ${period.before}`
      : "";
  const reason = mainReason(overview.total, overview.codes);
  const when = `${period.label}${changed === "" ? "" : `: ${changed}`}.`;
  return reason === "" ? when : `${when} ${reason}`;
}

/** What the parts of the page share. */
type PartProps = {
  readonly urls: Urls;
  readonly conditions: OverviewFilter["conditions"];
  readonly overview: Overview;
};

/** Which part of a period is shown where not all of it could be counted. */
function PartOnly({
  asked,
  shown,
}: {
  readonly asked: Period;
  readonly shown: Period;
}) {
  if (asked.range.from === shown.range.from) return "";
  return (
    <p class="part-only" role="note" safe>
      {`Counts of this filter aren’t kept, so its newest messages were counted: everything ${sinceWords(shown.range.from)}. Earlier ones are left out on this page. The list of messages has them.`}
    </p>
  );
}

/** Of which messages the delivery time is known; of a filter's only the newest are read. */
function timedWords(
  messages: number,
  conditions: PartProps["conditions"],
): string {
  const isCut = conditions.length > 0 && messages >= TIMED_MAX;
  return isCut
    ? `the newest ${countWords(messages)} messages`
    : counted(messages, "message");
}

/** How long delivery takes, and what is stuck. */
function DeliveryNotes({
  urls,
  conditions,
  overview: { groups, stuck },
  received,
  gaps,
}: PartProps & Pick<OverviewView, "received" | "gaps">) {
  const deliveryTime = groups?.deliveryTime;
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
              {`From sent to delivered, for ${timedWords(deliveryTime.messages, conditions)}.`}
            </span>
          </>
        )}
      </p>
      {stuck === undefined || stuck.count.count === 0 ? (
        ""
      ) : (
        <p>
          <a
            href={listHref(urls, [
              ...conditions,
              ["status", "sent"],
              ...stuck.terms,
            ])}
            safe
          >
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
      {gapSentences(gaps).map((sentence) => (
        <p safe>{sentence}</p>
      ))}
    </div>
  );
}

function LatestFailures({
  urls,
  conditions,
  overview: {
    period,
    failures: { messages, isPartial },
  },
  now,
}: PartProps & { readonly now: number }) {
  return (
    <section class="part" aria-labelledby="latest-failures">
      <div class="part-head">
        <h2 id="latest-failures">Latest failures</h2>
        {messages.length === 0 && !isPartial ? (
          ""
        ) : (
          <a href={listHref(urls, [...conditions, LOST, ...period.terms])}>
            All failures
          </a>
        )}
      </div>
      {messages.length > 0 ? (
        <LatestMessages {...{ urls, now, messages }} />
      ) : isPartial ? (
        <p class="quiet">
          The search for them hit its limit. The list of all failures goes on.
        </p>
      ) : (
        <p class="quiet" safe>{`Nothing failed ${period.when}.`}</p>
      )}
    </section>
  );
}
