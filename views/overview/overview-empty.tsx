import type { FeedPosition } from "../../src/store/feed-position.ts";
import {
  namedPeriod,
  RANGE_NAMES,
  type Period,
} from "../../src/time/time-range.ts";
import { Layout } from "../parts/layout.tsx";
import { RangeMistakes } from "../parts/range-links.tsx";
import {
  addressOf,
  type AskedOverview,
  type OverviewFilter,
} from "../../src/overview/overview-query.ts";
import { MistakenFilter } from "../messages/filter-outcome.tsx";
import { OverviewFilterBar, OverviewRanges } from "./overview-filter.tsx";
import { REFRESH } from "../parts/refresh.ts";
import { SetupSteps, type SetupProps } from "./setup-steps.tsx";
import type { RangeAddress } from "../../src/time/time-range.ts";
import type { Site } from "../site.ts";
import { Ago } from "../parts/time.tsx";

/** Before the first callback: how to set up Twilio. */
export function SetupPage({
  live,
  ...props
}: SetupProps & { readonly live: FeedPosition }) {
  return (
    <Layout
      site={props.site}
      title="Set up Twilio"
      section="overview"
      live={live}
      scripts={["setup.js"]}
    >
      <SetupSteps {...props} />
    </Layout>
  );
}

/** Shown if the period has no messages: where the latest one is. */
export function QuietPage({
  site,
  asked,
  latestAt,
  now,
  live,
}: {
  readonly site: Site;
  readonly asked: AskedOverview;
  /** When the latest message was first seen. */
  readonly latestAt: number;
  readonly now: number;
  readonly live: FeedPosition;
}) {
  const { urls } = site;
  const nearest = nearestRange(latestAt, now);
  return (
    <Layout {...{ site, live }} title="No messages" section="overview">
      <div
        id="overview"
        hx-get={urls.overview(addressOf(asked))}
        hx-select="#main"
        {...REFRESH}
        hx-target="#main"
      >
        <div class="page-head">
          <h1>Overview</h1>
          <OverviewRanges {...{ urls, asked, now }} />
        </div>
        <OverviewFilterBar {...{ urls, asked }} />
        <div class="empty">
          <h2 safe>{`No messages ${asked.period.when}`}</h2>
          <p>
            The latest one was first seen <Ago at={latestAt} now={now} />.
          </p>
          <a class="button" href={urls.overview(nearest.address)} safe>
            {nearest.label}
          </a>
        </div>
      </div>
    </Layout>
  );
}

/** The shortest range that includes the latest message. */
function nearestRange(
  latestAt: number,
  now: number,
): { readonly address: RangeAddress; readonly label: string } {
  const period = RANGE_NAMES.map((name) => namedPeriod(name, now)).find(
    ({ range }) => range.from <= latestAt,
  );
  if (period !== undefined)
    return {
      address: period.address,
      label: `Show the ${lowered(period.label)}`,
    };
  const day = new Date(latestAt).toISOString().slice(0, 10);
  return { address: { from: day, to: day }, label: "Show that day" };
}

function lowered(label: string): string {
  return label.charAt(0).toLowerCase() + label.slice(1);
}

/** Shown if no message of the period passes the filter, or too many to count any. */
export function UncountedPage({
  site,
  asked,
  isTooMany,
  now,
  live,
}: {
  readonly site: Site;
  readonly asked: AskedOverview;
  readonly isTooMany: boolean;
  readonly now: number;
  readonly live: FeedPosition;
}) {
  const { urls } = site;
  const { q, period } = asked;
  return (
    <Layout
      {...{ site, live }}
      title="Overview"
      section="overview"
      scripts={["messages.js"]}
    >
      <div class="page-head">
        <h1>Overview</h1>
        <OverviewRanges {...{ urls, asked, now }} />
      </div>
      <OverviewFilterBar {...{ urls, asked }} />
      <div class="empty">
        <h2 safe>
          {isTooMany
            ? "Too many messages match"
            : `No matching messages ${period.when}`}
        </h2>
        {isTooMany ? (
          <p>
            Counts of this filter aren’t kept, and too many messages of the last
            hour match to count them now. Counts are kept of one country,
            sender, service or channel.
          </p>
        ) : (
          ""
        )}
        <p>
          <a href={urls.messages({ q })}>List the latest that match</a>
        </p>
        <a class="button" href={urls.overview(period.address)}>
          Show all messages
        </a>
      </div>
    </Layout>
  );
}

/** The address's time range or filter is invalid. */
export function OverviewMistakesPage({
  site,
  asked,
  rangeMistakes,
  now,
}: {
  readonly site: Site;
  readonly asked: OverviewFilter & { readonly period: Period | undefined };
  readonly rangeMistakes: readonly string[];
  readonly now: number;
}) {
  const { urls } = site;
  return (
    <Layout
      site={site}
      title="Overview"
      section="overview"
      scripts={["messages.js"]}
    >
      <div class="page-head">
        <h1>Overview</h1>
        <OverviewRanges {...{ urls, asked, now }} />
      </div>
      <OverviewFilterBar {...{ urls, asked }} />
      {rangeMistakes.length > 0 ? (
        <RangeMistakes mistakes={rangeMistakes} />
      ) : (
        <MistakenFilter
          q={asked.q}
          mistakes={asked.mistakes}
          others={[]}
          wayOut={
            <a href={urls.overview(asked.period?.address)}>Show all messages</a>
          }
        />
      )}
    </Layout>
  );
}
