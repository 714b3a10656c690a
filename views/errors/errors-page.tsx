import type { FeedPosition } from "../../src/store/feed-position.ts";
import type { ErrorsOfPeriod } from "../../src/errors/errors-of-period.ts";
import type { Period } from "../../src/time/time-range.ts";
import { counted, countWords, percent } from "../../src/words/amounts.ts";
import { CodesTable } from "./errors-table.tsx";
import { Layout } from "../parts/layout.tsx";
import { listHref, LOST } from "../parts/list-link.ts";
import {
  RangeLinks,
  RangeMistakes,
  type MistakesView,
} from "../parts/range-links.tsx";
import { REFRESH } from "../parts/refresh.ts";
import type { Urls } from "../../src/site/urls.ts";
import type { Site } from "../site.ts";

/** Which error codes a period had, how many, since when, and what to do about each. */
export function ErrorsPage({
  site,
  period,
  errors,
  now,
  live,
}: {
  readonly site: Site;
  readonly period: Period;
  readonly errors: ErrorsOfPeriod;
  readonly now: number;
  /** The latest event's id. */
  readonly live: FeedPosition;
}) {
  const { urls } = site;
  const { listed, codes } = errors;
  const shown = {
    ...period.address,
    ...(listed.length > LISTED_FIRST && { all: "1" as const }),
  };
  return (
    <Layout {...{ site, live }} title="Errors" section="errors">
      <ErrorsHead {...{ urls, now }} current={period} />
      <div
        id="errors"
        hx-get={urls.errors(shown)}
        hx-select="#errors"
        {...REFRESH}
      >
        {codes === 0 ? (
          <div class="empty">
            <h2 safe>{`No errors ${period.when}`}</h2>
            <p safe>{quietWords(errors)}</p>
          </div>
        ) : (
          <>
            <p class="lead" safe>
              {totalWords(errors)}
            </p>
            <CodesTable {...{ urls, period, errors, now }} />
          </>
        )}
        <ErrorsFoot {...{ urls, period, errors }} />
      </div>
    </Layout>
  );
}

/** Codes listed until all are requested. */
export const LISTED_FIRST = 40;

/** The address's time range is invalid. */
export function ErrorsMistakesPage({ site, mistakes, now }: MistakesView) {
  return (
    <Layout site={site} title="Errors" section="errors">
      <ErrorsHead urls={site.urls} current={undefined} now={now} />
      <RangeMistakes mistakes={mistakes} />
    </Layout>
  );
}

function ErrorsHead({
  urls,
  current,
  now,
}: {
  readonly urls: Urls;
  readonly current: Period | undefined;
  readonly now: number;
}) {
  return (
    <div class="page-head">
      <h1>Errors</h1>
      <a class="dictionary-link" href={urls.dictionary()}>
        Look up a code
      </a>
      <RangeLinks current={current} hrefOf={urls.errors} now={now} />
    </div>
  );
}

function ErrorsFoot({
  urls,
  period,
  errors,
}: {
  readonly urls: Urls;
  readonly period: Period;
  readonly errors: ErrorsOfPeriod;
}) {
  const { listed, codes, lostWithoutCode } = errors;
  return (
    <div class="results-foot">
      <p>
        {codes === 0 || lostWithoutCode === 0 ? (
          ""
        ) : (
          <>
            <span safe>
              {`${counted(lostWithoutCode, "more message", "more messages")} failed without an error code.`}
            </span>{" "}
            <a href={listHref(urls, [LOST, ...period.terms])}>
              All failed messages
            </a>
          </>
        )}
      </p>
      {listed.length < codes ? (
        <a
          class="button"
          href={urls.errors({ ...period.address, all: "1" })}
          safe
        >
          {`Show all ${countWords(codes)} codes`}
        </a>
      ) : (
        ""
      )}
    </div>
  );
}

/** `312 of 12,345 messages carry an error code (2.5%), 14 codes in all.` */
function totalWords({ codes, total, withCode }: ErrorsOfPeriod): string {
  const share = percent(withCode.messages / total.messages);
  const carry = withCode.messages === 1 ? "carries" : "carry";
  return `${countWords(withCode.messages)} of ${counted(total.messages, "message")} ${carry} an error code (${share}), ${counted(codes, "code")} in all.`;
}

function quietWords({ total, lostWithoutCode }: ErrorsOfPeriod): string {
  if (total.messages === 0) return "No messages in this period.";
  const heard = `${counted(total.messages, "message was", "messages were")} seen, none with an error code.`;
  return lostWithoutCode === 0
    ? heard
    : `${heard} ${counted(lostWithoutCode, "message")} failed without an error code.`;
}
