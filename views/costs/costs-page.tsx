import type { CostPeriod, CostsQuery } from "../../src/costs/costs-query.ts";
import { chargesWords } from "../../src/costs/cost-words.ts";
import type { CostReport, CostSplit } from "../../src/store/costs.ts";
import type { BackfillNote } from "../../src/store/twilio-reading.ts";
import { filterText } from "../../src/messages/filter-language.ts";
import { KindTabs } from "../parts/kind-tabs.tsx";
import { Layout } from "../parts/layout.tsx";
import { RangeMistakes } from "../parts/range-links.tsx";
import { ReadingFailure } from "../parts/reading-failure.tsx";
import { TwilioNav } from "../parts/twilio-nav.tsx";
import { shortened } from "../parts/values.tsx";
import type { Site } from "../site.ts";
import { CostsHead } from "./costs-head.tsx";
import { CostsTable } from "./costs-table.tsx";
import { NotSetUp, Unknown } from "./costs-unknown.tsx";

export type CostsView = {
  readonly site: Site;
  readonly query: CostsQuery;
  readonly report: CostReport | "too many";
  /** Some names of tags; none unless by tag. */
  readonly tagNames: readonly string[];
  /** Why Twilio couldn't be read the last time. */
  readonly failure: BackfillNote["failure"];
  readonly hasKey: boolean;
  readonly now: number;
};

const scripts = ["messages.js"] as const;

/** What Twilio charged for messages, by day, country, sender, service or tag, and what isn't known. */
export function CostsPage(view: CostsView) {
  const { site, query, report, failure, hasKey, now } = view;
  const { period, by, q } = query;
  return (
    <Layout {...{ site, scripts }} title="Costs" section="refusals">
      <TwilioNav urls={site.urls} current="costs" />
      <CostsHead {...{ site, period, by, q, now }} />
      <ReadingFailure failure={failure} />
      {report === "too many" ? (
        <>
          <TagNames {...view} />
          <TooMany by={by} />
        </>
      ) : isNothing(report) ? (
        <Nothing {...{ site, hasKey, query }} />
      ) : (
        <>
          {hasKey ? "" : <NotSetUp />}
          <Totals report={report} query={query} />
          <Unknown total={report.total} hasKey={hasKey} query={query} />
          <TagNames {...view} />
          <CostsTable {...{ site, query, report }} />
          <Foot site={site} query={query} report={report} />
        </>
      )}
    </Layout>
  );
}

/** What a page needs whose address can't be read. */
export type CostsMistakesView = {
  readonly site: Site;
  readonly period: CostPeriod | undefined;
  readonly q: string;
  readonly mistakes: readonly string[];
  readonly now: number;
};

export function CostsMistakesPage({
  site,
  period,
  q,
  mistakes,
  now,
}: CostsMistakesView) {
  return (
    <Layout {...{ site, scripts }} title="Costs" section="refusals">
      <TwilioNav urls={site.urls} current="costs" />
      <CostsHead {...{ site, period, q, now }} by="day" />
      {period === undefined ? (
        <RangeMistakes mistakes={mistakes} />
      ) : (
        <div class="empty">
          <h2>Can’t read this filter</h2>
          <ul class="mistakes">
            {mistakes.map((mistake) => (
              <li safe>{mistake}</li>
            ))}
          </ul>
        </div>
      )}
    </Layout>
  );
}

function isNothing({ total, groups }: CostReport): boolean {
  return (
    groups.length === 0 &&
    total.charged.length === 0 &&
    total.unpriced === 0 &&
    (total.unread ?? 0) === 0
  );
}

/** A sum for each currency. */
function Totals({
  report: { total },
  query: { period, only, q },
}: {
  readonly report: CostReport;
  readonly query: CostsQuery;
}) {
  const whose = only === undefined ? "" : `, only ${shortened(q)}`;
  return (
    <div class="costs-totals">
      {total.charged.length === 0 ? (
        <p class="lead" safe>
          {`${period.label}${whose}: no price is known.`}
        </p>
      ) : (
        total.charged.map((charges) => (
          <p class="lead" safe>
            {`${period.label}${whose}: ${chargesWords(charges)}.`}
          </p>
        ))
      )}
    </div>
  );
}

/** Narrows tags to those of one name. */
function TagNames({ site: { urls }, query, tagNames }: CostsView) {
  if (tagNames.length === 0) return "";
  const { period, tagName } = query;
  return (
    <div class="costs-tabs">
      <KindTabs
        label="Tags named"
        tabs={[
          {
            href: urls.costs({ ...period.address, by: "tag" }),
            words: "All tags",
            isCurrent: tagName === undefined,
          },
          ...tagNames.map((name) => ({
            href: urls.costs({
              ...period.address,
              q: filterText([["tag", name]]),
            }),
            words: shortened(name),
            isCurrent: name === tagName,
          })),
        ]}
      />
    </div>
  );
}

function TooMany({ by }: { readonly by: CostSplit }) {
  return (
    <div class="empty">
      <h2>There’s too much to add up</h2>
      <p>
        {by === "tag"
          ? "Choose a shorter time, or one tag’s name. A tag whose values are all different, such as an order’s number, can be looked up one by one: tag:order=4711."
          : "Choose a shorter time."}
      </p>
    </div>
  );
}

function Nothing({
  site,
  hasKey,
  query: { q, period },
}: Pick<CostsView, "site" | "hasKey" | "query">) {
  if (!hasKey) return <NotSetUp />;
  return (
    <div class="empty">
      <h2>Nothing in this time</h2>
      <p>
        {q === "" ? (
          "Costs appear once a day is over and was read from Twilio."
        ) : (
          <a href={site.urls.costs(period.address)}>Remove the filter</a>
        )}
      </p>
    </div>
  );
}

function Foot({
  site: { urls },
  query: { period, by, q },
  report: { isCut, groups },
}: {
  readonly site: Site;
  readonly query: CostsQuery;
  readonly report: CostReport;
}) {
  const address = { ...period.address, by, q };
  return (
    <div class="results-foot">
      <p class="exports">
        {isCut ? (
          <span
            safe
          >{`The ${groups.length} that cost the most are listed. `}</span>
        ) : (
          ""
        )}
        Export all as{" "}
        <a href={urls.costsExport("csv", address)} download="">
          CSV
        </a>{" "}
        or{" "}
        <a href={urls.costsExport("json", address)} download="">
          JSON
        </a>
      </p>
      <p class="hint">
        A message counts on the day (GMT) on which Twilio says it was sent; one
        that wasn’t read from Twilio, on the day it was first seen. Amounts are
        exact, and currencies are never added together.
      </p>
    </div>
  );
}
