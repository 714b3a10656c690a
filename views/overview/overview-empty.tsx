import type { FeedPosition } from "../../src/store/feed-position.ts";
import {
  namedPeriod,
  RANGE_NAMES,
  type Period,
} from "../../src/time/time-range.ts";
import { Layout } from "../parts/layout.tsx";
import {
  RangeLinks,
  RangeMistakes,
  type MistakesView,
} from "../parts/range-links.tsx";
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
  period,
  latestAt,
  now,
  live,
}: {
  readonly site: Site;
  readonly period: Period;
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
        hx-get={urls.overview(period.address)}
        hx-select="#main"
        {...REFRESH}
        hx-target="#main"
      >
        <div class="page-head">
          <h1>Overview</h1>
          <RangeLinks current={period} hrefOf={urls.overview} now={now} />
        </div>
        <div class="empty">
          <h2 safe>{`No messages ${period.when}`}</h2>
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

/** The address's time range is invalid. */
export function OverviewMistakesPage({ site, mistakes, now }: MistakesView) {
  return (
    <Layout site={site} title="Overview" section="overview">
      <div class="page-head">
        <h1>Overview</h1>
        <RangeLinks current={undefined} hrefOf={site.urls.overview} now={now} />
      </div>
      <RangeMistakes mistakes={mistakes} />
    </Layout>
  );
}
