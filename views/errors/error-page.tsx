import type { FeedPosition } from "../../src/store/feed-position.ts";
import { verdictOnCode } from "../../src/errors/verdict.ts";
import {
  explainErrorCode,
  type ErrorCodeInfo,
} from "../../src/twilio/error-codes/error-codes.ts";
import type { Period } from "../../src/time/time-range.ts";
import { ErrorAdvice, TwilioPageLink } from "./error-advice.tsx";
import { NotSeen, Seen, type CodeView } from "./error-history.tsx";
import { CodeAlerts } from "../alerts/code-alerts.tsx";
import type { MutedCode } from "../../src/store/alerts.ts";
import { Layout } from "../parts/layout.tsx";
import {
  RangeLinks,
  RangeMistakes,
  type MistakesView,
} from "../parts/range-links.tsx";
import { REFRESH } from "../parts/refresh.ts";
import type { Site } from "../site.ts";

/** One error code: what it means, what to do, how often it occurs, who is affected. */
export function ErrorPage({
  live,
  muted,
  ...view
}: CodeView & {
  /** Undefined if it isn't muted. */
  readonly muted: MutedCode | undefined;
  /** The latest event's id. */
  readonly live: FeedPosition;
}) {
  const { site, code, period, history, now } = view;
  const { urls } = site;
  const info = explainErrorCode(code);
  return (
    <Layout
      {...{ site, live }}
      title={titleOf(info)}
      section="errors"
      scripts={["charts.js"]}
    >
      <ErrorHead {...{ site, info, now }} current={period} />
      <section class="explained explained-wide" aria-label="What it means">
        <ErrorAdvice info={info} verdict={verdictOnCode(code)} />
        <p class="explained-links">
          <TwilioPageLink info={info} />
        </p>
        <CodeAlerts {...{ site, code, muted, now }} />
      </section>
      <div
        id="error"
        hx-get={urls.error(code, period.address)}
        hx-select="#error"
        {...REFRESH}
      >
        {history.outcomes.messages === 0 ? (
          <NotSeen {...view} />
        ) : (
          <Seen {...view} />
        )}
      </div>
    </Layout>
  );
}

/** The address's time range is invalid. */
export function ErrorMistakesPage({
  site,
  code,
  mistakes,
  now,
}: MistakesView & { readonly code: number }) {
  const info = explainErrorCode(code);
  return (
    <Layout site={site} title={titleOf(info)} section="errors">
      <ErrorHead {...{ site, info, now }} current={undefined} />
      <RangeMistakes mistakes={mistakes} />
    </Layout>
  );
}

function titleOf({ code, title }: ErrorCodeInfo): string {
  return `${code} ${title ?? "Unknown error code"}`;
}

function ErrorHead({
  site: { urls },
  info,
  current,
  now,
}: {
  readonly site: Site;
  readonly info: ErrorCodeInfo;
  readonly current: Period | undefined;
  readonly now: number;
}) {
  return (
    <>
      <nav class="crumbs" aria-label="Back">
        <a href={urls.errors(current?.address)}>Errors</a>
      </nav>
      <div class="page-head error-head">
        <h1>
          <span class="error-code">{info.code}</span>{" "}
          <span safe>
            {info.title ?? "This version doesn’t know this code"}
          </span>
        </h1>
        <RangeLinks
          current={current}
          hrefOf={(range) => urls.error(info.code, range)}
          now={now}
        />
      </div>
    </>
  );
}
